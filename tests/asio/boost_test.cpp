// The scenarios with Boost.Asio.
#include "heirloom/asio/boost_stream.hpp"

#include <algorithm>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

namespace heirloom::asio_test {
namespace net = boost::asio;
namespace ssl = boost::asio::ssl;
namespace adapter = heirloom::boost_asio_ssl;
using boost::system::error_code;
using boost::system::system_error;
}  // namespace heirloom::asio_test

#include "asio/crossing_scenarios.hpp"
#include "asio/decision_scenarios.hpp"
#include "asio/pairing_scenarios.hpp"
#include "asio/renegotiation_scenarios.hpp"
#include "asio/stream_scenarios.hpp"

namespace heirloom::asio_test {

INSTANTIATE_TYPED_TEST_SUITE_P(Boost, StreamPairing, Pairings);

}  // namespace heirloom::asio_test
