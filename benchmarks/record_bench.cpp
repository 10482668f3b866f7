// How fast records are sealed and opened, for every cipher, MAC and version, next to what the
// primitive alone takes for the same bytes: the difference is ours.
//
// Names: seal/SSL_RSA_WITH_RC4_128_MD5/16384 is a plaintext of 16384 bytes a record. Records go in
// runs, as the engine hands them over; keys are set up once per run and outside the time taken.
#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace heirloom;
using heirloom::testing::make_keys;
using heirloom::testing::pattern;

constexpr auto kType = ContentType::application_data;
constexpr std::size_t kRecordsInRun = 16;
constexpr std::array<std::size_t, 3> kSizes{64, 1024, kMaxPlaintext};

struct Subject {
  ProtocolVersion version{};
  const CipherSuite* suite = nullptr;
  std::size_t size = 0;
};

/// Run is room for some records with their plaintexts in place.
struct Run {
  std::vector<Bytes> rooms;
  std::vector<SealRecord> records;

  explicit Run(std::size_t size) {
    rooms.reserve(kRecordsInRun);
    for (std::size_t i = 0; i < kRecordsInRun; ++i) {
      rooms.push_back(heirloom::testing::room_for(pattern(size, 1)));
      records.push_back({kType, rooms.back(), kRecordHeaderSize, size, {}});
    }
  }
};

void count_bytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * narrow_cast<std::int64_t>(size));
}

void seal(benchmark::State& state, const Subject& subject) {
  Run run(subject.size);
  WriteProtection write{make_keys(subject.version, *subject.suite)};
  for ([[maybe_unused]] auto _ : state) {
    // What is sealed is the ciphertext of the time before: the cost is the same.
    if (!write.seal(run.records, heirloom::testing::wire_version(subject.version)).has_value()) {
      state.SkipWithError("seal");
      return;
    }
  }
  count_bytes(state, subject.size * kRecordsInRun);
}

void open(benchmark::State& state, const Subject& subject) {
  Run run(subject.size);
  WriteProtection write{make_keys(subject.version, *subject.suite)};
  if (!write.seal(run.records, heirloom::testing::wire_version(subject.version)).has_value()) {
    state.SkipWithError("seal");
    return;
  }
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    std::vector<Bytes> fragments;
    std::vector<OpenRecord> records;
    fragments.reserve(kRecordsInRun);
    for (const SealRecord& sealed : run.records) {
      fragments.push_back(to_bytes(sealed.sealed.subspan(kRecordHeaderSize)));
      records.push_back({kType, fragments.back()});
    }
    ReadProtection read{make_keys(subject.version, *subject.suite)};
    state.ResumeTiming();
    if (read.open(records).count != kRecordsInRun) {
      state.SkipWithError("open");
      return;
    }
  }
  count_bytes(state, subject.size * kRecordsInRun);
}

template <class Hash>
void hash_alone(benchmark::State& state, std::size_t size) {
  const Bytes data = pattern(size, 1);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(Hash().update(data).finish());
  }
  count_bytes(state, size);
}

void stream_alone(benchmark::State& state, BulkCipher cipher, std::size_t size) {
  Bytes data = pattern(size, 1);
  const auto stream = crypto::make_stream_cipher(cipher, pattern(info(cipher).expanded_key, 2));
  for ([[maybe_unused]] auto _ : state) {
    stream->apply(data);
  }
  count_bytes(state, size);
}

void cbc_alone(benchmark::State& state,
               BulkCipher cipher,
               crypto::CipherDirection direction,
               std::size_t size) {
  Bytes data = pattern(size, 1);
  const BulkCipherInfo& row = info(cipher);
  const auto cbc = crypto::make_cbc_cipher(
      cipher, pattern(row.expanded_key, 2), pattern(row.iv_size, 3), direction);
  for ([[maybe_unused]] auto _ : state) {
    cbc->apply(data);
  }
  count_bytes(state, size);
}

std::string named(std::string_view first, std::string_view second) {
  std::string name(first);
  name.append(second);
  return name;
}

void register_protections() {
  // The record layer sees no key exchange: the first suite of each cipher and MAC stands for all.
  for (const CipherSuite* const row : heirloom::testing::suites_by_shape()) {
    const CipherSuite& suite = *row;
    for (const ProtocolVersion version : heirloom::testing::kBothVersions) {
      if (!suite.versions.contains(version)) {
        continue;
      }
      for (const std::size_t size : kSizes) {
        std::string name = cipher_suite_name(suite, version);
        name.append("/").append(std::to_string(size));
        const Subject subject{version, &suite, size};
        benchmark::RegisterBenchmark(named("seal/", name).c_str(), seal, subject);
        benchmark::RegisterBenchmark(named("open/", name).c_str(), open, subject);
      }
    }
  }
}

void register_primitives() {
  using crypto::CipherDirection;
  benchmark::RegisterBenchmark("libcrypto/MD5", hash_alone<crypto::Md5>, kMaxPlaintext);
  benchmark::RegisterBenchmark("libcrypto/SHA", hash_alone<crypto::Sha1>, kMaxPlaintext);
  benchmark::RegisterBenchmark(
      "libcrypto/RC4_128", stream_alone, BulkCipher::rc4_128, kMaxPlaintext);
  for (const BulkCipher cipher : {BulkCipher::rc2_cbc_40,
                                  BulkCipher::idea_cbc,
                                  BulkCipher::des_cbc,
                                  BulkCipher::triple_des_ede_cbc,
                                  BulkCipher::aes_128_cbc,
                                  BulkCipher::aes_256_cbc,
                                  BulkCipher::camellia_128_cbc,
                                  BulkCipher::camellia_256_cbc,
                                  BulkCipher::seed_cbc}) {
    const bool is_of_libcrypto = cipher != BulkCipher::idea_cbc;
    const std::string name = named(is_of_libcrypto ? "libcrypto/" : "cryptopp/", info(cipher).name);
    benchmark::RegisterBenchmark(named(name, "/encrypt").c_str(),
                                 cbc_alone,
                                 cipher,
                                 CipherDirection::encrypt,
                                 kMaxPlaintext);
    benchmark::RegisterBenchmark(named(name, "/decrypt").c_str(),
                                 cbc_alone,
                                 cipher,
                                 CipherDirection::decrypt,
                                 kMaxPlaintext);
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_primitives();
  register_protections();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
