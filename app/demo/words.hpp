// The words of the explanation: what messages, fields, derived values and records mean, with the
// clause of the version's document.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/event.hpp"
#include "heirloom/inspector.hpp"

#include "demo/bytes.hpp"
#include "demo/performance.hpp"

#include <string>
#include <string_view>

namespace heirloom::app::demo {

/// words_of_message says what the message is for.
[[nodiscard]] std::string words_of_message(HandshakeType type, const Scene& scene);

/// meaning_of_field says what one field of a message holds. `name` is MessageField's.
[[nodiscard]] std::string meaning_of_field(HandshakeType type,
                                           std::string_view name,
                                           ByteView bytes,
                                           const Scene& scene);

/// meaning_of_extension says what the data of an extension of that type hold.
[[nodiscard]] std::string meaning_of_extension(std::uint64_t type, ByteView data);

/// words_of_value says how a derived value is made, and meaning_of_value what it is for. `end` is
/// who derives it.
[[nodiscard]] std::string words_of_value(DerivedValue value, const Scene& scene, End end);
[[nodiscard]] std::string meaning_of_value(DerivedValue value, const Scene& scene, End end);

/// words_of_protection says how a record is protected, once keys are in use.
[[nodiscard]] std::string words_of_protection(const Scene& scene, End end);

/// words_without_protection says the same before there are keys.
[[nodiscard]] std::string words_without_protection(std::uint8_t type);

/// words_of_remembered_secret says why a resumed connection has a master_secret.
[[nodiscard]] std::string_view words_of_remembered_secret() noexcept;

/// meaning_of_header reads the five bytes before a record's fragment.
[[nodiscard]] std::string meaning_of_header(ByteView record);

/// meaning_of_content says what a record's plaintext is.
[[nodiscard]] std::string meaning_of_content(std::uint8_t type,
                                             ByteView plaintext,
                                             CipherType cipher);

/// meaning_of_ciphertext says what the fragment on the wire is.
[[nodiscard]] std::string_view meaning_of_ciphertext(const Scene& scene) noexcept;

/// record_type_name gives "handshake"; "unknown" for a number that no document defines.
[[nodiscard]] std::string_view record_type_name(std::uint8_t type) noexcept;

/// version_word gives the word for its version that --version takes.
[[nodiscard]] std::string version_word(const Scene& scene);

/// clause gives "RFC 6101 §ssl30" or "RFC 2246 §tls10", as the version has it.
[[nodiscard]] std::string clause(const Scene& scene,
                                 std::string_view ssl30,
                                 std::string_view tls10);

}  // namespace heirloom::app::demo
