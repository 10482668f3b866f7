// transfer_text: what `heirloom pins export` writes and `import` reads, and what an import would
// change. No I/O.
//
// The text is a pin file in which the certificates of a box follow its line in PEM. A pin file
// itself can be imported as well.
#pragma once

#include "heirloom/certificate.hpp"

#include "common/failure.hpp"
#include "pins/pin.hpp"
#include "pins/pin_list.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// CarriedPin is one pin and the chain that comes with it, empty if none does.
struct CarriedPin {
  Pin pin;
  CertificateChain chain;
};

/// format_carried_pin gives the line and the certificates.
[[nodiscard]] std::string format_carried_pin(const CarriedPin& carried);

/// parse_carried_pins reads a whole text; `name` is the file, for the sentences. Failures:
/// "import_malformed", and "import_chain" for certificates that are not those of their pin.
[[nodiscard]] Outcome<std::vector<CarriedPin>> parse_carried_pins(std::string_view text,
                                                                  const std::string& name);

/// PinChange is what an import does to one box.
struct PinChange {
  enum class Kind : std::uint8_t {
    added,
    same,      ///< the box is held to the same already
    replaced,  ///< it is held to something else
  };
  Kind kind = Kind::added;
  bool is_weaker = false;  ///< less is expected of the box afterwards
  Pin result;              ///< the line that comes out
  std::string text;        ///< for a person: "version tls1.1 -> tls1.0"
};

/// compare_pins says what `incoming` does to what is known; null: the box is not known. Security:
/// weaker is a lower version, one more weakness allowed, a certificate that may change where it had
/// to stay the same, and the fallback signal switched off.
[[nodiscard]] PinChange compare_pins(const Pin* known, const Pin& incoming);

}  // namespace heirloom::app
