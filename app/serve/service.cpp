#include "serve/service.hpp"

#include "common/relay.hpp"
#include "common/tcp.hpp"
#include "common/wait.hpp"

#include <vector>

namespace heirloom::app {

namespace {

constexpr std::size_t kPiece = 65536;
constexpr std::chrono::seconds kBackEndTime{10};

std::string describe_relay(const RelayReport& report) {
  switch (report.end) {
    case RelayReport::End::both_finished:
      return report.first_status == StreamStatus::truncated ? "client hung up without close_notify"
                                                            : "both sides finished";
    case RelayReport::End::first_failed:
      return "client failed: " + report.reason;
    case RelayReport::End::second_failed:
      return "back end failed: " + report.reason;
    case RelayReport::End::idle:
      return "idle";
    case RelayReport::End::stopped:
      return "stopped";
  }
  return "";
}

}  // namespace

std::string describe_close(const StreamOutcome& outcome, const StopSignal& stop) {
  switch (outcome.status) {
    case StreamStatus::ok:
      return "finished";
    case StreamStatus::end:
      return "client closed";
    case StreamStatus::truncated:
      return "client hung up without close_notify";
    case StreamStatus::timeout:
      return stop.is_stopped() ? "stopped" : "idle";
    case StreamStatus::failed:
      return "client failed: " + outcome.reason;
  }
  return "";
}

ServiceReport serve_echo(HeirloomStream& client, const ServiceLimits& limits) {
  ServiceReport report;
  std::vector<std::uint8_t> piece(kPiece);
  for (;;) {
    const auto read = read_patiently(client, piece, limits.idle, limits.stop);
    if (read.status != StreamStatus::ok) {
      report.close = describe_close(read, limits.stop);
      return report;
    }
    report.bytes_in += read.count;
    const auto written =
        write_patiently(client, std::span(piece).first(read.count), limits.idle, limits.stop);
    report.bytes_out += written.count;
    if (written.status != StreamStatus::ok) {
      report.close = describe_close(written, limits.stop);
      return report;
    }
  }
}

ServiceReport serve_forward(HeirloomStream& client,
                            const HostPort& back_end,
                            const ServiceLimits& limits) {
  auto transport = connect_tcp(back_end, AddressFamily::any, in(kBackEndTime));
  if (!transport) {
    return {0, 0, "back end down: " + transport.error().what};
  }
  RelayOptions options;
  options.idle_timeout = limits.idle;
  options.stop = &limits.stop;
  const RelayReport relayed = relay(client, **transport, options);
  return {relayed.first_to_second, relayed.second_to_first, describe_relay(relayed)};
}

}  // namespace heirloom::app
