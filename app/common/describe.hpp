// describe: one line about a connection, and how weak it is.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/connection.hpp"
#include "heirloom/version.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace heirloom::app {

/// format_hex16 gives "0x0004".
[[nodiscard]] std::string format_hex16(std::uint16_t value);

/// format_version gives "TLS 1.0", and "version 0x0302" for one that the library does not have.
[[nodiscard]] std::string format_version(ProtocolVersion version);

/// describe_suite gives IANA name, OpenSSL name and hexadecimal, because all three camps exist:
/// "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)".
[[nodiscard]] std::string describe_suite(std::uint16_t suite, ProtocolVersion version);

/// allowance_words gives "export,anon", as --allow takes it.
[[nodiscard]] std::string allowance_words(std::span<const Allowance> allowed);

/// Strength is how weak a connection is: a word ("legacy", "weak", "broken") and a sentence.
struct Strength {
  std::string word;
  std::string why;
};

/// assess looks at version, suite, the key of the server's certificate and the temporary one (bits;
/// 0: unknown or none); the weakest decides. The suite says what kind of key each is.
[[nodiscard]] Strength assess(ProtocolVersion version,
                              std::uint16_t suite,
                              std::size_t key_bits,
                              std::size_t temporary_key_bits = 0);

/// assess does the same for a connection whose handshake is complete. `key_bits` is the server's
/// key: the peer's for a client, our own for a server.
[[nodiscard]] Strength assess(const ConnectionInfo& info, std::size_t key_bits);

/// own_key_bits is the size of the key of the certificate that we have shown; 0 if none.
[[nodiscard]] std::size_t own_key_bits(const ConnectionInfo& info);

/// describe_key names the key of a chain's first certificate, "DSA key of 1024 bits"; "" for none.
[[nodiscard]] std::string describe_key(const CertificateChain& chain);

/// describe_temporary_key names what was made for this connection alone: "Diffie-Hellman group of
/// 1024 bits", "curve secp256r1", "temporary RSA key of 512 bits"; "" if nothing was.
[[nodiscard]] std::string describe_temporary_key(const ConnectionInfo& info);

/// resumed_by is "id" or "ticket", and "" for a full handshake.
[[nodiscard]] std::string_view resumed_by(const ConnectionInfo& info);

/// describe_compression is "null" or "DEFLATE".
[[nodiscard]] std::string describe_compression(const ConnectionInfo& info);

/// describe_session says where the keys came from and what was agreed on beside the suite: "resumed
/// by ticket, extended master secret, secure renegotiation".
[[nodiscard]] std::string describe_session(const ConnectionInfo& info);

/// describe_connection is a client's summary of a complete handshake:
/// "TLS 1.0, TLS_DHE_RSA_WITH_… (…), Diffie-Hellman group of 1024 bits, RSA key of 1024 bits,
/// certificate sha256:…, own certificate with a DSA key of 1024 bits".
[[nodiscard]] std::string describe_connection(const ConnectionInfo& info);

}  // namespace heirloom::app
