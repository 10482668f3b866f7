#include "heirloom/random.hpp"

#include "check/prober.hpp"
#include "check/sslv2.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace heirloom::app {

namespace {

using Kind = ServerAnswer::Kind;

ServerAnswer failed(Kind kind, std::string detail) {
  ServerAnswer answer;
  answer.kind = kind;
  answer.detail = std::move(detail);
  return answer;
}

/// encode gives the hello's bytes; empty if the system has no random numbers.
std::vector<std::uint8_t> encode(const HelloOffer& offer) {
  HelloRandom random;
  const auto source = system_random();
  if (!source->fill(random.random) || !source->fill(random.session_id) ||
      !source->fill(random.key_share)) {
    return {};
  }
  return offer.version == CheckVersion::ssl20
             ? encode_sslv2_hello(std::span(random.random).first<16>())
             : encode_hello(offer, random);
}

/// give_up ends a handshake that the server was ready for. A close_notify in the middle of one
/// makes some servers wait for ever (Pike's, for one), so it is a fatal handshake_failure (RFC 2246
/// §7.2.2).
void give_up(TcpStream& stream, const HelloOffer& offer) {
  if (offer.version != CheckVersion::ssl20) {
    const std::uint8_t minor = offer.version == CheckVersion::ssl30 ? 0 : 1;
    const std::array<std::uint8_t, 7> handshake_failure = {21, 3, minor, 0, 2, 2, 40};
    static_cast<void>(stream.write(handshake_failure, in(std::chrono::milliseconds(0))));
  }
  static_cast<void>(stream.finish_writing(in(std::chrono::milliseconds(0))));
}

Kind end_of(const StreamOutcome& outcome) {
  switch (outcome.status) {
    case StreamStatus::end:
    case StreamStatus::truncated:
      return Kind::closed;
    case StreamStatus::failed:
      return Kind::reset;
    case StreamStatus::timeout:
    case StreamStatus::ok:
      return Kind::silent;
  }
  return Kind::silent;
}

}  // namespace

ServerAnswer TcpProber::ask(const HelloOffer& offer) {
  const std::vector<std::uint8_t> hello = encode(offer);
  if (hello.empty()) {
    return failed(Kind::not_asked, "the system has no random numbers");
  }
  Outcome<TcpStreamPtr> connected =
      connect_tcp(settings_.where, settings_.family, in(settings_.connect_time));
  if (!connected.has_value()) {
    return failed(Kind::no_connection, connected.error().what);
  }
  TcpStream& stream = **connected;
  // A server that resets at once does so while this is being written; the read says how it ended.
  static_cast<void>(stream.write(hello, in(settings_.answer_time)));
  FlightReader reader(offer.version);
  const Deadline last = in(settings_.answer_time * 3);
  std::array<std::uint8_t, 16384> buffer{};
  for (;;) {
    const Deadline deadline = reader.has_bytes() ? last : std::min(last, in(settings_.answer_time));
    const StreamOutcome got = stream.read(buffer, deadline);
    const bool is_done = got.count > 0 && reader.feed(std::span(buffer).first(got.count));
    if (is_done || got.status != StreamStatus::ok) {
      ServerAnswer answer = reader.answer(end_of(got));
      if (answer.kind == Kind::hello) {
        give_up(stream, offer);
      }
      return answer;
    }
  }
}

void TcpProber::pause() {
  std::this_thread::sleep_for(settings_.pause);
}

}  // namespace heirloom::app
