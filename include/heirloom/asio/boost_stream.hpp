// stream for Boost.Asio: the engine as an Asio stream, usable where boost::asio::ssl::stream is.
//
//     heirloom::boost_asio_ssl::stream<tcp::socket> stream(io, config,
//     heirloom::PeerName{"printer"}); connect(stream.lowest_layer(), resolver.resolve("printer",
//     "443")); stream.handshake(stream.client);
//
// The members are those of detail/basic_stream.hpp. This header needs Boost.Asio; the library
// itself does not.
#pragma once

#include "heirloom/asio/detail/basic_stream.hpp"
#include "heirloom/export.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/wait_traits.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

namespace heirloom::boost_asio_ssl {

/// Net is what the adapter needs of Boost.Asio, by the names that it uses.
struct HEIRLOOM_EXPORT Net {
  using ErrorCode = boost::system::error_code;
  using ErrorCondition = boost::system::error_condition;
  using ErrorCategory = boost::system::error_category;
  using ConstBuffer = ::boost::asio::const_buffer;
  using MutableBuffer = ::boost::asio::mutable_buffer;

  template <class Executor>
  using Timer =
      ::boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          ::boost::asio::wait_traits<std::chrono::steady_clock>,
                                          Executor>;

  template <class Executor>
  using DefaultToken = ::boost::asio::default_completion_token_t<Executor>;

  [[nodiscard]] static ErrorCode eof() noexcept { return ::boost::asio::error::eof; }

  [[nodiscard]] static ErrorCode would_block() noexcept {
    return ::boost::asio::error::would_block;
  }

  [[nodiscard]] static ErrorCode operation_aborted() noexcept {
    return ::boost::asio::error::operation_aborted;
  }

  static void throw_if(const ErrorCode& error, const char* what) {
    if (error) {
      throw boost::system::system_error(error, what);
    }
  }

  template <class Token, class Signature, class Implementation, class Executor>
  static auto compose(Implementation&& implementation,
                      std::remove_reference_t<Token>& token,
                      const Executor& executor) {
    return ::boost::asio::async_compose<Token, Signature>(
        std::forward<Implementation>(implementation), token, executor);
  }

  template <class Executor, class Handler>
  static void post(const Executor& executor, Handler&& handler) {
    ::boost::asio::post(executor, std::forward<Handler>(handler));
  }

  template <class Buffers>
  [[nodiscard]] static std::size_t size(const Buffers& buffers) {
    return ::boost::asio::buffer_size(buffers);
  }

  template <class Buffers, class Visitor>
  static void for_each_mutable(const Buffers& buffers, Visitor visit) {
    const auto end = ::boost::asio::buffer_sequence_end(buffers);
    for (auto it = ::boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      const MutableBuffer piece(*it);
      visit(std::span(static_cast<std::uint8_t*>(piece.data()), piece.size()));
    }
  }

  template <class Buffers, class Visitor>
  static void for_each_const(const Buffers& buffers, Visitor visit) {
    const auto end = ::boost::asio::buffer_sequence_end(buffers);
    for (auto it = ::boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      const ConstBuffer piece(*it);
      visit(std::span(static_cast<const std::uint8_t*>(piece.data()), piece.size()));
    }
  }
};

// NOLINTBEGIN(readability-identifier-naming): spelt as in Asio

/// stream<NextLayer>: see detail::BasicStream.
template <class NextLayer>
using stream = detail::BasicStream<Net, NextLayer>;

using stream_base = detail::StreamBase;

/// errc groups error codes by what a program does about them: `if (ec == errc::truncated)`.
using errc = detail::Conditions<Net>::Errc;

// NOLINTEND(readability-identifier-naming)

/// make_error_code gives the codes that the stream's operations report.
[[nodiscard]] inline boost::system::error_code make_error_code(Cause cause) noexcept {
  return detail::make_code<Net>(cause);
}

[[nodiscard]] inline boost::system::error_code make_error_code(AlertDescription received) noexcept {
  return detail::make_code<Net>(received);
}

/// cause_of is the cause behind a code, alert_received for an alert; empty if it is not ours.
[[nodiscard]] inline std::optional<Cause> cause_of(const boost::system::error_code& code) noexcept {
  return detail::cause_of<Net>(code);
}

}  // namespace heirloom::boost_asio_ssl

namespace heirloom {

/// A code compares equal to the cause, or to the received alert, that it stands for.
[[nodiscard]] inline bool operator==(const boost::system::error_code& code, Cause cause) noexcept {
  return code == boost_asio_ssl::make_error_code(cause);
}

[[nodiscard]] inline bool operator==(const boost::system::error_code& code,
                                     AlertDescription received) noexcept {
  return code == boost_asio_ssl::make_error_code(received);
}

}  // namespace heirloom

template <>
struct boost::system::is_error_condition_enum<heirloom::boost_asio_ssl::errc> : std::true_type {};
