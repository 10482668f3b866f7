// heirloom_soak [HANDSHAKES [CONNECTIONS]]: one client process and one server process over TCP on
// loopback, handshakes of all kinds, full, resumed by id and by ticket, renegotiated by either
// side. Fails if either process grows after its warm-up, or has a descriptor more than before.
//
// From time to time all connections are left to end, and both processes are looked at: the memory
// that the kernel gives them, what they have allocated, their descriptors.
#include "soak/client.hpp"
#include "soak/server.hpp"
#include "soak/vitals.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace heirloom::soak {
namespace {

constexpr std::size_t kLooks = 20;
/// kWarmLook is the look that later ones are compared with: by then the server's store is full, and
/// the allocator keeps for reuse what it will keep, which counts as in use.
constexpr std::size_t kWarmLook = kLooks / 2;
constexpr std::size_t kHeapSlack = 131072;
constexpr std::size_t kResidentSlack = 4194304;

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail("not a number: " + std::string(text));
  }
  return value;
}

/// ServerProcess is this program once more, in the role of the server.
class ServerProcess {
 public:
  ServerProcess() {
    std::array<int, 2> questions{};
    std::array<int, 2> answers{};
    if (::pipe(questions.data()) != 0 || ::pipe(answers.data()) != 0) {
      fail("cannot make a pipe");
    }
    process_ = ::fork();
    if (process_ == 0) {
      become_server(questions, answers);
    }
    ::close(questions[0]);
    ::close(answers[1]);
    questions_ = questions[1];
    answers_ = ::fdopen(answers[0], "r");
    port_ = static_cast<std::uint16_t>(read_number());
  }

  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() = default;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] Vitals vitals() {
    if (::write(questions_, "\n", 1) != 1) {
      fail("the server has ended");
    }
    return vitals_of(process_, read_number());
  }

  /// end lets it go; it must have had nothing to complain about.
  void end() {
    ::close(questions_);
    std::fclose(answers_);
    int status = 0;
    if (::waitpid(process_, &status, 0) != process_ || status != 0) {
      fail("the server has failed");
    }
  }

 private:
  [[noreturn]] static void become_server(const std::array<int, 2>& questions,
                                         const std::array<int, 2>& answers) {
    ::dup2(questions[0], STDIN_FILENO);
    ::dup2(answers[1], STDOUT_FILENO);
    for (const int handle : {questions[0], questions[1], answers[0], answers[1]}) {
      ::close(handle);
    }
    ::execl("/proc/self/exe", "heirloom_soak", "serve", nullptr);
    fail("cannot start the server");
  }

  std::size_t read_number() {
    std::array<char, 32> line{};
    if (std::fgets(line.data(), static_cast<int>(line.size()), answers_) == nullptr) {
      fail("the server has ended");
    }
    const std::string_view text(line.data());
    return number(text.substr(0, text.find('\n')));
  }

  pid_t process_ = 0;
  int questions_ = -1;
  std::FILE* answers_ = nullptr;
  std::uint16_t port_ = 0;
};

/// Look is both processes between two connections.
struct Look {
  std::size_t handshakes;
  Vitals client;
  Vitals server;
};

void print(const Look& look) {
  const auto kib = [](std::size_t bytes) { return bytes / 1024; };
  std::printf("%9zu %14zu %9zu %4zu %18zu %9zu %4zu\n",
              look.handshakes,
              kib(look.client.resident),
              kib(look.client.heap),
              look.client.descriptors,
              kib(look.server.resident),
              kib(look.server.heap),
              look.server.descriptors);
  std::fflush(stdout);
}

/// judge returns how many things are wrong with a process.
int judge(std::string_view who, const Vitals& warm, const Vitals& now) {
  int problems = 0;
  const auto complain = [&](const char* what, std::size_t before, std::size_t after) {
    std::printf("FAILED: %s of the %s: %zu, was %zu\n", what, who.data(), after, before);
    ++problems;
  };
  if (now.descriptors != warm.descriptors) {
    complain("descriptors", warm.descriptors, now.descriptors);
  }
  if (now.heap > warm.heap + kHeapSlack) {
    complain("bytes allocated", warm.heap, now.heap);
  }
  if (is_resident_size_meaningful() && now.resident > warm.resident + kResidentSlack) {
    complain("bytes resident", warm.resident, now.resident);
  }
  return problems;
}

/// judge_mix is for the soak itself: what it is meant to have done.
int judge_mix(const Tally& tally) {
  const auto is_share = [&](std::size_t part, std::size_t percent) {
    return part * 100 >= tally.all() * percent;
  };
  if (is_share(tally.full, 20) && is_share(tally.by_id, 20) && is_share(tally.by_ticket, 15) &&
      is_share(tally.renegotiated, 20)) {
    return 0;
  }
  std::printf("FAILED: not the intended mix of handshakes\n");
  return 1;
}

int soak(std::size_t handshakes, std::size_t connections) {
  const auto start = std::chrono::steady_clock::now();
  ServerProcess server;
  Client client(server.port(), connections);
  std::printf("%9s %29s %33s\n", "", "client: KiB, heap, fds", "server: KiB, heap, fds");
  std::vector<Look> looks;
  for (std::size_t i = 0; i <= kLooks; ++i) {
    client.run(handshakes * i / kLooks);
    const Vitals of_server = server.vitals();
    looks.push_back({.handshakes = client.tally().all(),
                     .client = vitals_of(::getpid(), own_heap()),
                     .server = of_server});
    print(looks.back());
  }
  server.end();
  const Look& warm = looks[kWarmLook];
  const Look& last = looks.back();
  const int problems = judge("client", warm.client, last.client) +
                       judge("server", warm.server, last.server) + judge_mix(client.tally());
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
  const Tally& tally = client.tally();
  std::printf(
      "%zu handshakes in %.0f s: %zu full, %zu by id, %zu by ticket, %zu renegotiated; %s\n",
      tally.all(),
      seconds.count(),
      tally.full,
      tally.by_id,
      tally.by_ticket,
      tally.renegotiated,
      problems == 0 ? "nothing grew" : "FAILED");
  return problems == 0 ? 0 : 1;
}

int run(std::span<char*> words) {
  if (!words.empty() && std::string_view(words[0]) == "serve") {
    serve();
    return 0;
  }
  const std::size_t handshakes = words.empty() ? 4000 : number(words[0]);
  const std::size_t connections = words.size() < 2 ? 8 : number(words[1]);
  if (handshakes < 4000 || connections == 0 || words.size() > 2) {
    fail("usage: heirloom_soak [HANDSHAKES [CONNECTIONS]], at least 4000 handshakes");
  }
  return soak(handshakes, connections);
}

}  // namespace
}  // namespace heirloom::soak

int main(int argc, char** argv) {
  return heirloom::soak::run({argv + 1, static_cast<std::size_t>(argc - 1)});
}
