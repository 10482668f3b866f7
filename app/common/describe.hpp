// describe: one line about a connection, and how weak it is.
#pragma once

#include "heirloom/connection.hpp"
#include "heirloom/version.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace heirloom::app {

/// format_hex16 gives "0x0004".
[[nodiscard]] std::string format_hex16(std::uint16_t value);

/// format_version gives "TLS 1.0", and "version 0x0302" for one that the library does not have.
[[nodiscard]] std::string format_version(ProtocolVersion version);

/// describe_suite gives IANA name, OpenSSL name and hexadecimal, because all three camps exist:
/// "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)".
[[nodiscard]] std::string describe_suite(std::uint16_t suite, ProtocolVersion version);

/// Strength is how weak a connection is: a word ("legacy", "weak", "broken") and a sentence.
struct Strength {
  std::string word;
  std::string why;
};

/// assess looks at version, suite and the size of the RSA key (0: unknown); the weakest decides.
[[nodiscard]] Strength assess(ProtocolVersion version, std::uint16_t suite, std::size_t key_bits);

/// assess does the same for a connection whose handshake is complete. `key_bits` is the server's
/// key: the peer's for a client, our own for a server.
[[nodiscard]] Strength assess(const ConnectionInfo& info, std::size_t key_bits);

/// describe_connection is a client's summary of a complete handshake:
/// "TLS 1.0, TLS_RSA_WITH_… (…), RSA key of 1024 bits, certificate sha256:…".
[[nodiscard]] std::string describe_connection(const ConnectionInfo& info);

}  // namespace heirloom::app
