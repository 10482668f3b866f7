#include "common/obstacle.hpp"

#include "common/command_text.hpp"

namespace heirloom::app {

std::optional<Failure> explain_obstacle(Obstacle obstacle,
                                        const std::string& target,
                                        const std::string& command) {
  switch (obstacle) {
    case Obstacle::none:
      break;
    case Obstacle::insecure_renegotiation:
      return Failure{
          ExitCode::handshake,
          target +
              " wants to renegotiate and does not know RFC 5746, so somebody in between could "
              "put words of his own before yours (CVE-2009-3555)",
          command + " --allow insecure-renegotiation",
          "renegotiation_refused"};
    case Obstacle::too_many_renegotiations:
      return Failure{ExitCode::handshake,
                     target + " renegotiates more often than four times a minute on one connection",
                     "the same again: a new connection counts anew",
                     "renegotiation_refused"};
    case Obstacle::certificate_wanted:
      return Failure{
          ExitCode::handshake,
          target + " renegotiated to ask for a client certificate, and did not accept what it got",
          with_option(with_option(command, "--cert", "CERT.pem"), "--key", "KEY.pem"),
          "client_certificate_required"};
  }
  return std::nullopt;
}

}  // namespace heirloom::app
