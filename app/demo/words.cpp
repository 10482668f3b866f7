#include "demo/words.hpp"

#include "heirloom/alert.hpp"

#include "common/output.hpp"

namespace heirloom::app::demo {

namespace {

bool is_ssl30(const Scene& scene) {
  return scene.version == ProtocolVersion::ssl30;
}

/// in_brackets is a clause at the end of a sentence.
std::string in_brackets(const Scene& scene, std::string_view ssl30, std::string_view tls10) {
  return " (" + clause(scene, ssl30, tls10) + ").";
}

std::string words_of_finished(const Scene& scene) {
  return "The first message under the new keys. It proves that its sender has seen the same "
         "handshake messages as the receiver, unchanged, and knows the master_secret. The "
         "receiver computes verify_data too and compares" +
         in_brackets(scene, "5.6.9", "7.4.9");
}

/// Method is what the key exchanges have in common with each other, for words.
enum class Method : std::uint8_t { encryption, agreement, curve, fortezza };

Method method_of(const Scene& scene) {
  switch (scene.suite->key_exchange) {
    case KeyExchangeKind::rsa:
      return Method::encryption;
    case KeyExchangeKind::dh_dss:
    case KeyExchangeKind::dh_rsa:
    case KeyExchangeKind::dhe_dss:
    case KeyExchangeKind::dhe_rsa:
    case KeyExchangeKind::dh_anon:
      return Method::agreement;
    case KeyExchangeKind::ecdhe_ecdsa:
    case KeyExchangeKind::ecdhe_rsa:
    case KeyExchangeKind::ecdh_anon:
      return Method::curve;
    case KeyExchangeKind::fortezza_kea:
      break;
  }
  return Method::fortezza;
}

std::string words_of_encrypted_secret(const Scene& scene) {
  const std::string framing = is_ssl30(scene)
                                  ? " SSL 3.0 sends the encrypted block as it is"
                                  : " TLS 1.0 puts a length of two bytes before the block";
  return "The client's part of the key exchange. With RSA it draws the pre_master_secret and "
         "encrypts it with the server's key, that of the certificate or the temporary one; whoever "
         "has the private key, today or in ten years, can read the connection." +
         framing + in_brackets(scene, "5.6.7.1", "7.4.7.1");
}

std::string_view words_of_fortezza_keys() {
  return "The client's part of the key exchange. From two values of each end, one that lasts and "
         "one made for this connection, both compute the token encryption key (TEK) by KEA. "
         "Under it the client sends what it has drawn: a message encryption key (MEK) for each "
         "direction, and the pre_master_secret. All of it is there with every FORTEZZA suite, "
         "used or not (RFC 6101 §5.6.7.2, D.5.2).";
}

std::string words_of_key_exchange(const Scene& scene) {
  if (method_of(scene) == Method::encryption) {
    return words_of_encrypted_secret(scene);
  }
  if (method_of(scene) == Method::fortezza) {
    return std::string(words_of_fortezza_keys());
  }
  const bool is_fixed =
      info(scene.suite->key_exchange).certificate_use == KeyExchangeInfo::Use::agreement;
  const std::string lasting =
      is_fixed ? " The server's half is in its certificate, so whoever gets that key, today or in "
                 "ten years, can read the connection"
               : " Both halves are forgotten after the connection, so nobody can read it later";
  const std::string text =
      "The client's half of the key exchange: its public value, from which and from the server's "
      "both compute the same pre_master_secret." +
      lasting;
  return method_of(scene) == Method::curve ? text + " (RFC 4492 §5.7)."
                                           : text + in_brackets(scene, "5.6.7.3", "7.4.7.2");
}

std::string words_of_params(const Scene& scene) {
  const std::string where = method_of(scene) == Method::curve
                                ? " (RFC 4492 §5.4)."
                                : in_brackets(scene, "5.6.3", "7.4.3");
  if (info(scene.suite->key_exchange).is_anonymous) {
    return "The server's half of the key exchange. Nothing signs it, so whoever sits in between "
           "can put its own in its place" +
           where;
  }
  if (method_of(scene) == Method::fortezza) {
    return "What the server adds to the key of its certificate for this connection. Nothing "
           "signs it: who puts another value in its place makes the two ends compute different "
           "keys, and learns neither" +
           where;
  }
  if (method_of(scene) == Method::encryption) {
    return "A key for encryption that is as short as the export rules of the time wanted it, made "
           "for a day's use and signed with the certificate's longer one" +
           where;
  }
  return "The server's half of the key exchange, made for this connection and signed with the key "
         "of the certificate" +
         where;
}

std::string words_of_premaster(const Scene& scene) {
  switch (method_of(scene)) {
    case Method::encryption:
      return "The version of the client_hello and 46 random bytes, drawn by the client" +
             in_brackets(scene, "5.6.7.1", "7.4.7.1");
    case Method::agreement:
      return "Z = g^(xy) mod p, where x and y are the secrets behind the two public values, "
             "without leading zeros" +
             in_brackets(scene, "6.1.2", "8.1.2");
    case Method::fortezza:
      return "The version of the client_hello and 46 random bytes, drawn by the client and sent "
             "in CBC with SKIPJACK under the TEK (RFC 6101 §6.1.3).";
    case Method::curve:
      break;
  }
  return "The x-coordinate of the point that both compute (RFC 4492 §5.10).";
}

std::string words_of_exportable_keys(const Scene& scene) {
  const BulkCipherInfo& bulk = info(scene.suite->bulk);
  const bool has_iv = bulk.iv_size != 0;
  const std::string size = std::to_string(bulk.expanded_key) + " bytes";
  if (is_ssl30(scene)) {
    return "An exportable suite then makes its final keys of " + size +
           ": MD5(client_write_key + client_random + server_random) and MD5(server_write_key + "
           "server_random + client_random)" +
           (has_iv ? "; the IVs are the same without the keys" : "") +
           ". The secret in them is no longer than before (RFC 6101 §6.2.2.1).";
  }
  return "An exportable suite then makes its final keys of " + size +
         ": PRF(client_write_key, \"client write key\", client_random + server_random), and the "
         "server's likewise" +
         (has_iv ? "; the IVs are PRF(\"\", \"IV block\", client_random + server_random)" : "") +
         ". The secret in them is no longer than before (RFC 2246 §6.3.1).";
}

std::string words_of_key_block(const Scene& scene) {
  const BulkCipherInfo& bulk = info(scene.suite->bulk);
  const std::string secrets = "Cut, in this order, into two MAC secrets of " +
                              std::to_string(info(scene.suite->mac).hash_size) + " bytes";
  const std::string keys = "two keys of " + std::to_string(bulk.key_material);
  std::string sizes =
      scene.suite->is_exportable()
          ? secrets + " and " + keys + ". " + words_of_exportable_keys(scene)
          : secrets + ", " + keys + " and two IVs of " + std::to_string(bulk.iv_size) + ".";
  if (bulk.has_carried_keys()) {
    sizes =
        secrets + ", and nothing else: keys and IVs are those of the client_key_exchange (D.5).";
  }
  if (is_ssl30(scene)) {
    return "key_block = MD5(master_secret + SHA('A' + master_secret + server_random + "
           "client_random)) + MD5(master_secret + SHA('BB' + ...)) + ..., as much as is needed "
           "(RFC 6101 §6.2.2). Here the server's random comes first. " +
           sizes;
  }
  return "key_block = PRF(master_secret, \"key expansion\", server_random + client_random), as "
         "much as is needed (RFC 2246 §6.3). Here the server's random comes first. " +
         sizes;
}

std::string words_of_verify_data(const Scene& scene, End end) {
  if (is_ssl30(scene)) {
    const std::string sender = end == End::client ? "CLNT" : "SRVR";
    return "verify_data is an MD5 and a SHA hash, both of the form hash(master_secret + pad_2 + "
           "hash(handshake_messages + \"" +
           sender +
           "\" + master_secret + pad_1)), pad_1 being bytes 36, pad_2 bytes 5c, 48 of them for MD5 "
           "and 40 for SHA (RFC 6101 §5.6.9). handshake_messages are all so far, with their "
           "4-byte headers, without record headers.";
  }
  return "verify_data = PRF(master_secret, \"" + std::string(to_string(end)) +
         " finished\", MD5(handshake_messages) + SHA(handshake_messages)), the first 12 bytes "
         "(RFC 2246 §7.4.9). handshake_messages are all so far, with their 4-byte headers, without "
         "record headers.";
}

std::string words_of_master_secret(const Scene& scene) {
  if (is_ssl30(scene)) {
    return "master_secret = MD5(pre_master_secret + SHA('A' + pre_master_secret + client_random + "
           "server_random)) + the same with 'BB' + the same with 'CCC' (RFC 6101 §6.1). A resumed "
           "connection keeps the one of its session.";
  }
  return "master_secret = PRF(pre_master_secret, \"master secret\", client_random + "
         "server_random), 48 bytes (RFC 2246 §8.1). PRF XORs two streams, HMAC-MD5 keyed with the "
         "first half of the secret and HMAC-SHA with the second (§5). A resumed connection keeps "
         "the one of its session.";
}

std::string alert_meaning(ByteView plaintext) {
  if (plaintext.size() != 2) {
    return "an alert";
  }
  const auto description = static_cast<AlertDescription>(plaintext[1]);
  const std::string text = std::string(to_string(static_cast<AlertLevel>(plaintext[0]))) + " " +
                           std::string(to_string(description));
  return description == AlertDescription::close_notify
             ? text +
                   ": the sender has nothing more to say, so nobody can cut the data short "
                   "unnoticed"
             : text;
}

}  // namespace

std::string version_word(const Scene& scene) {
  return is_ssl30(scene) ? "ssl3" : "tls1";
}

std::string clause(const Scene& scene, std::string_view ssl30, std::string_view tls10) {
  return is_ssl30(scene) ? "RFC 6101 §" + std::string(ssl30) : "RFC 2246 §" + std::string(tls10);
}

std::string words_of_message(HandshakeType type, const Scene& scene) {
  switch (type) {
    case HandshakeType::hello_request:
      return "The server asks for a new handshake" + in_brackets(scene, "5.6.1.1", "7.4.1.1");
    case HandshakeType::client_hello:
      return "The client says what it can do, and adds 32 bytes that make this connection "
             "different from every other. Anyone on the wire can read this and everything up to "
             "the change_cipher_spec" +
             in_brackets(scene, "5.6.1.2", "7.4.1.2");
    case HandshakeType::server_hello:
      return "The server chooses from what the client offered, and adds 32 bytes of its own. If "
             "it repeats the client's session_id, that session is resumed" +
             in_brackets(scene, "5.6.1.3", "7.4.1.3");
    case HandshakeType::new_session_ticket:
      return "The server gives the session to the client, sealed with a key that nobody else has: "
             "a ticket, by which the session can be resumed (RFC 5077 §3.3)";
    case HandshakeType::certificate:
      return "The server shows its certificate. Whether to believe it is the client's decision; "
             "here it compares the fingerprint with the one that this process made" +
             in_brackets(scene, "5.6.2", "7.4.2");
    case HandshakeType::certificate_status:
      return "The server shows what an OCSP responder says about its certificate (RFC 6066 §8)";
    case HandshakeType::server_key_exchange:
      return words_of_params(scene);
    case HandshakeType::certificate_request:
      return "The server wants a certificate from the client" +
             in_brackets(scene, "5.6.4", "7.4.4");
    case HandshakeType::server_hello_done:
      return "The server has said all it has to say for now; the message is empty" +
             in_brackets(scene, "5.6.5", "7.4.5");
    case HandshakeType::certificate_verify:
      return "The client signs the handshake so far with the key of its certificate" +
             in_brackets(scene, "5.6.8", "7.4.8");
    case HandshakeType::client_key_exchange:
      return words_of_key_exchange(scene);
    case HandshakeType::finished:
      return words_of_finished(scene);
  }
  return {};
}

std::string words_of_value(DerivedValue value, const Scene& scene, End end) {
  switch (value) {
    case DerivedValue::pre_master_secret:
      return words_of_premaster(scene);
    case DerivedValue::master_secret:
      return words_of_master_secret(scene);
    case DerivedValue::key_block:
      return words_of_key_block(scene);
    case DerivedValue::verify_data:
      return words_of_verify_data(scene, end);
    case DerivedValue::client_write_mac_secret:
    case DerivedValue::server_write_mac_secret:
    case DerivedValue::client_write_key:
    case DerivedValue::server_write_key:
    case DerivedValue::client_write_iv:
    case DerivedValue::server_write_iv:
    case DerivedValue::handshake_md5:
    case DerivedValue::handshake_sha:
      break;  // parts of what is above
  }
  return {};
}

std::string meaning_of_value(DerivedValue value, const Scene& scene, End end) {
  std::string finished = "for the " + std::string(to_string(end)) + "'s Finished";
  switch (value) {
    case DerivedValue::pre_master_secret:
      return "what the two ends share first";
    case DerivedValue::master_secret:
      return "everything else follows from it and the two randoms; the key log holds it";
    case DerivedValue::key_block:
      return "whole";
    case DerivedValue::client_write_mac_secret:
      return "keys the MAC of what the client sends";
    case DerivedValue::server_write_mac_secret:
      return "keys the MAC of what the server sends";
    case DerivedValue::client_write_key:
      return "encrypts what the client sends";
    case DerivedValue::server_write_key:
      return "encrypts what the server sends";
    case DerivedValue::client_write_iv:
      return "the IV of the client's first record under these keys";
    case DerivedValue::server_write_iv:
      return "the IV of the server's first record under these keys";
    case DerivedValue::handshake_md5:
    case DerivedValue::handshake_sha:
      return is_ssl30(scene) ? "the state from which SSL 3.0 goes on hashing, finished here to show"
                             : finished;
    case DerivedValue::verify_data:
      return finished;
  }
  return {};
}

std::string words_of_protection(const Scene& scene, End end) {
  const std::string who(to_string(end));
  const std::string mac_name(info(scene.suite->mac).name);
  const std::string secret = who + "_write_MAC_secret";
  const std::string mac =
      is_ssl30(scene)
          ? mac_name + "(" + secret + " + pad_2 + " + mac_name + "(" + secret +
                " + pad_1 + seq_num + type + length + plaintext))"
          : "HMAC-" + mac_name + "(" + secret + ", seq_num + type + version + length + plaintext)";
  std::string text = "MAC = " + mac + in_brackets(scene, "5.2.3.1", "6.2.3.1");
  const BulkCipherInfo& bulk = info(scene.suite->bulk);
  if (bulk.cipher == BulkCipher::null) {
    return text + " Nothing is encrypted.";
  }
  text += " Then " + std::string(bulk.name) + " under " + who + "_write_key";
  text += bulk.type == CipherType::block ? ", in CBC mode over plaintext, MAC and padding."
                                         : ", whose key stream runs on from record to record.";
  if (bulk.has_carried_keys() && end == End::server) {
    text +=
        " Before its first record the server encrypts eight random bytes, which the client drops: "
        "a card chose its own IV, and after one block both agree whatever it was (D.5.1).";
  }
  return text;
}

std::string words_without_protection(std::uint8_t type) {
  return type == 22 ? "Not protected: a header of five bytes, then the message above as it stands."
                    : "Not protected: a header of five bytes, then the content as it stands.";
}

std::string_view words_of_remembered_secret() noexcept {
  return "It is the master_secret of the session that is resumed. There is no pre_master_secret "
         "and no key exchange, which makes this handshake shorter; the randoms are new, and so are "
         "the keys.";
}

std::string meaning_of_header(ByteView record) {
  return "type " + std::to_string(record[0]) + " (" + std::string(record_type_name(record[0])) +
         "), version " + std::to_string(record[1]) + "." + std::to_string(record[2]) + ", length " +
         std::to_string(number_of(record.subspan(3, 2)));
}

std::string meaning_of_content(std::uint8_t type, ByteView plaintext, CipherType cipher) {
  switch (type) {
    case 20:
      return "from here on the sender uses the new keys";
    case 21:
      return alert_meaning(plaintext);
    case 22:
      return "the message above";
    case 23:
      break;
    default:
      return "unknown";
  }
  const std::string text =
      "\"" + escape_text({reinterpret_cast<const char*>(plaintext.data()), plaintext.size()}) +
      "\"";
  const bool is_split = cipher == CipherType::block && plaintext.size() == 1;
  return is_split ? text +
                        ", one byte ahead of the rest: nobody can know beforehand the IV under "
                        "which the rest goes, which counters BEAST"
                  : text;
}

std::string_view meaning_of_ciphertext(const Scene& scene) noexcept {
  const BulkCipherInfo& bulk = info(scene.suite->bulk);
  if (bulk.cipher == BulkCipher::null) {
    return "not encrypted: the NULL cipher";
  }
  return bulk.type == CipherType::block ? "plaintext, MAC and padding, encrypted"
                                        : "plaintext and MAC, encrypted";
}

std::string_view record_type_name(std::uint8_t type) noexcept {
  switch (type) {
    case 20:
      return "change_cipher_spec";
    case 21:
      return "alert";
    case 22:
      return "handshake";
    case 23:
      return "application_data";
    default:
      return "unknown";
  }
}

}  // namespace heirloom::app::demo
