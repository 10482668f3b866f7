#include "common/session_display.hpp"

#include "heirloom/certificate.hpp"
#include "heirloom/cipher_suite.hpp"

#include "common/certificate_text.hpp"
#include "common/describe.hpp"
#include "common/explain.hpp"
#include "common/session_options.hpp"

#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

using Json = nlohmann::ordered_json;

void print_json(const Json& object) {
  print_line(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string format_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

std::string_view kind_name(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::handshake_message:
      return "handshake";
    case Event::Kind::change_cipher_spec:
      return "change_cipher_spec";
    case Event::Kind::alert:
      return "alert";
    case Event::Kind::decision_needed:
      return "decision_needed";
    case Event::Kind::handshake_complete:
      return "handshake_complete";
    case Event::Kind::renegotiation_refused:
      return "renegotiation_refused";
    case Event::Kind::peer_closed:
      return "peer_closed";
  }
  return "";
}

ProtocolVersion version_of(const ConnectionInfo& info) {
  return info.version.value_or(ProtocolVersion::tls10);
}

Json event_json(const Event& event, const ConnectionInfo& info) {
  Json object;
  object["event"] = kind_name(event.kind);
  object["direction"] = event.direction == Event::Direction::sent ? "sent" : "received";
  if (event.kind == Event::Kind::handshake_message) {
    object["type"] = to_string(event.handshake_type);
    object["length"] = event.length;
    object["sslv2"] = event.is_sslv2;
    if (!event.message.empty()) {
      object["fields"] = describe_handshake_message(event.message, version_of(info));
      object["bytes"] = format_hex(event.message);
    }
  }
  if (event.kind == Event::Kind::alert) {
    object["level"] = to_string(event.alert.level);
    object["description"] = to_string(event.alert.description);
    object["number"] = static_cast<unsigned>(event.alert.description);
  }
  return object;
}

std::string indent(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += "\n    " + escape_text(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string event_text(const Event& event, const ConnectionInfo& info) {
  std::string line = event.direction == Event::Direction::sent ? "> " : "< ";
  line += kind_name(event.kind);
  if (event.kind == Event::Kind::handshake_message) {
    line += " " + std::string(to_string(event.handshake_type)) +
            (event.is_sslv2 ? " in the format of SSL 2.0, " : ", ") + std::to_string(event.length) +
            " bytes";
    if (!event.message.empty()) {
      line += indent(describe_handshake_message(event.message, version_of(info)));
    }
  }
  if (event.kind == Event::Kind::alert) {
    line += " " + std::string(to_string(event.alert.level)) + " " +
            format_alert(event.alert.description);
  }
  return line;
}

Json summary_json(const std::string& target, std::string_view event, const ConnectionInfo& info) {
  const Strength strength = assess(info, info.peer_key_bits);
  const std::uint16_t id = info.cipher_suite.value_or(0);
  Json object;
  object["event"] = event;
  object["target"] = target;
  object["version"] = format_version(version_of(info));
  Json suite;
  suite["id"] = format_hex16(id);
  if (const CipherSuite* const row = find_cipher_suite(id)) {
    suite["name"] = cipher_suite_name(*row, version_of(info));
    suite["openssl_name"] = row->openssl_name;
  }
  object["suite"] = std::move(suite);
  object["key_bits"] = info.peer_key_bits;
  object["temporary_key"] = describe_temporary_key(info);
  object["temporary_key_bits"] = info.temporary_key_bits;
  object["own_key"] = describe_key(info.own_chain);
  object["fingerprint"] =
      info.peer_chain.empty()
          ? ""
          : format_fingerprint(certificate_fingerprint(info.peer_chain.front()));
  object["strength"] = strength.word;
  object["why"] = strength.why;
  object["resumed"] = info.is_resumed;
  object["resumed_by"] = resumed_by(info);
  object["extended_master_secret"] = info.has_extended_master_secret;
  object["encrypt_then_mac"] = info.has_encrypt_then_mac;
  object["application_protocol"] = info.application_protocol;
  object["max_fragment_length"] = info.max_fragment_length;
  object["secure_renegotiation"] = info.has_secure_renegotiation;
  object["sslv2_hello"] = info.has_sslv2_hello;
  object["compression"] = info.compression_method;
  object["compression_method"] = describe_compression(info);
  object["session_id"] = format_hex(info.session_id);
  object["server_name"] = info.server_name;
  for (const auto& [name, chain] : {std::pair("peer_chain", &info.peer_chain),
                                    std::pair("verified_chain", &info.verified_chain)}) {
    object[name] = Json::array();
    for (const CertificateDer& der : *chain) {
      object[name].push_back(certificate_json(der));
    }
  }
  return object;
}

}  // namespace

void SessionDisplay::show_event(const Event& event, const ConnectionInfo& info) {
  if (event.kind == Event::Kind::handshake_complete) {
    if (info.handshakes > 1) {
      show_renegotiation(info);
    }
    shown_chain_ = info.peer_chain;
  }
  if (event.kind == Event::Kind::renegotiation_refused) {
    show_refusal(event, info);
  }
  const bool is_on_the_wire = event.kind == Event::Kind::handshake_message ||
                              event.kind == Event::Kind::change_cipher_spec ||
                              event.kind == Event::Kind::alert;
  if (!settings_.show_messages || !is_on_the_wire) {
    return;
  }
  if (settings_.format == OutputFormat::json) {
    print_json(event_json(event, info));
  } else {
    print_line(settings_.prefix + event_text(event, info));
  }
}

void SessionDisplay::show_summary(const ConnectionInfo& info) const {
  if (settings_.format == OutputFormat::json) {
    print_json(summary_json(settings_.target, "connected", info));
    return;
  }
  if (settings_.verbosity >= 0) {
    const Strength strength = assess(info, info.peer_key_bits);
    const Style style = strength.word == "broken" ? Style::bad : Style::warning;
    print_line("heirloom: connected to " + settings_.target + ": " + describe_connection(info) +
               "; " + paint(style, strength.word) + ": " + strength.why);
  }
  if (settings_.verbosity > 0 || settings_.show_certificates) {
    show_chain(info);
  }
}

void SessionDisplay::show_renegotiation(const ConnectionInfo& info) const {
  const bool is_same = info.peer_chain == shown_chain_;
  if (settings_.format == OutputFormat::json) {
    Json object = summary_json(settings_.target, "renegotiated", info);
    object["handshakes"] = info.handshakes;
    object["same_certificate"] = is_same;
    object["insecure"] = info.was_renegotiated_insecurely;
    print_json(object);
    return;
  }
  if (settings_.verbosity < 0) {
    return;
  }
  std::string line = "heirloom: " + settings_.prefix + "renegotiated with " + settings_.target;
  line += ": " + describe_connection(info) + "; ";
  line +=
      is_same ? "the same certificate" : paint(Style::warning, "another certificate than before");
  if (info.was_renegotiated_insecurely) {
    line += "; " + paint(Style::bad, "insecure") +
            ": somebody else may have said what came before (CVE-2009-3555)";
  }
  print_line(line);
}

void SessionDisplay::show_refusal(const Event& event, const ConnectionInfo& info) const {
  const bool is_ours = event.direction == Event::Direction::sent;
  if (settings_.format == OutputFormat::json) {
    print_json(Json{{"event", "renegotiation_refused"},
                    {"by", is_ours ? "us" : "peer"},
                    {"secure_renegotiation", info.has_secure_renegotiation}});
    return;
  }
  if (settings_.verbosity < 0) {
    return;
  }
  const std::string& target = settings_.target;
  if (!is_ours) {
    print_line("heirloom: " + target + " does not renegotiate; the connection goes on as it was");
    return;
  }
  print_line("heirloom: " + target + " wants to renegotiate, which was refused: " +
             (info.has_secure_renegotiation ? "it has done so too often"
                                            : "it has not the protection of RFC 5746 (--allow " +
                                                  std::string(kInsecureRenegotiation) + ")"));
}

void SessionDisplay::show_resumption(std::size_t connections, std::size_t resumed) const {
  if (settings_.format == OutputFormat::json) {
    print_json(Json{{"event", "resumption"}, {"connections", connections}, {"resumed", resumed}});
  } else if (settings_.verbosity >= 0) {
    print_line("heirloom: " + std::to_string(connections) + " connections, " +
               std::to_string(resumed) + " handshakes saved");
  }
}

void SessionDisplay::show_chain(const ConnectionInfo& info) const {
  const bool is_verified = !info.verified_chain.empty();
  const CertificateChain& chain = is_verified ? info.verified_chain : info.peer_chain;
  print_line(is_verified ? "verified chain, up to its root:"
                         : "certificates as sent (no chain was verified):");
  std::size_t depth = 0;
  for (const CertificateDer& der : chain) {
    const std::string number = " " + std::to_string(depth++) + " ";
    if (const auto certificate = describe_certificate(der)) {
      print_line(number + "subject " + escape_text(certificate->subject) + "\n   issuer  " +
                 escape_text(certificate->issuer) + "\n   " +
                 std::string(to_string(certificate->key_algorithm)) + " " +
                 std::to_string(certificate->key_bits) + " bits, " +
                 certificate->signature_algorithm + ", " + format_day(certificate->not_before) +
                 " to " + format_day(certificate->not_after) + "\n   " +
                 format_fingerprint(certificate->sha256_fingerprint));
    } else {
      print_line(number + "a certificate that cannot be read, " +
                 format_fingerprint(certificate_fingerprint(der)));
    }
    if (settings_.show_certificates) {
      print_line(format_pem(der));
    }
  }
}

void SessionDisplay::show_end(std::uint64_t sent, std::uint64_t received) const {
  if (settings_.format == OutputFormat::json) {
    print_json(Json{{"event", "closed"}, {"bytes_sent", sent}, {"bytes_received", received}});
  } else if (settings_.verbosity > 0) {
    print_line("heirloom: closed, " + std::to_string(sent) + " bytes sent, " +
               std::to_string(received) + " received");
  }
}

}  // namespace heirloom::app
