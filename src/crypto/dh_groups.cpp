// The table of known groups, and reading groups from files and certificates. The primes of RFC 2409
// and RFC 3526 are libcrypto's; those of 512 bits, which no document names, stand here.
#include "crypto/dh.hpp"
#include "crypto/library.hpp"
#include "crypto/pem.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/asn1t.h>
#include <openssl/pem.h>

namespace heirloom::crypto {

namespace {

using Prime512 = std::array<std::uint8_t, 64>;

// clang-format off

// What the servers of the export years had built in: the openssl command's s_server, Apache's
// mod_ssl up to 2.0, and mod_ssl 2.2. All three are safe primes of which 2 generates the whole
// group, so their q is left empty: half of all honest public values have Y^q = -1.
constexpr Prime512 kServerPrime = {
  0xda, 0x58, 0x3c, 0x16, 0xd9, 0x85, 0x22, 0x89, 0xd0, 0xe4, 0xaf, 0x75, 0x6f, 0x4c, 0xca, 0x92,
  0xdd, 0x4b, 0xe5, 0x33, 0xb8, 0x04, 0xfb, 0x0f, 0xed, 0x94, 0xef, 0x9c, 0x8a, 0x44, 0x03, 0xed,
  0x57, 0x46, 0x50, 0xd3, 0x69, 0x99, 0xdb, 0x29, 0xd7, 0x76, 0x27, 0x6b, 0xa2, 0xd3, 0xd4, 0x12,
  0xe2, 0x18, 0xf4, 0xdd, 0x1e, 0x08, 0x4c, 0xf6, 0xd8, 0x00, 0x3e, 0x7c, 0x47, 0x74, 0xe8, 0x33};

constexpr Prime512 kApache20Prime = {
  0xd4, 0xbc, 0xd5, 0x24, 0x06, 0xf6, 0x9b, 0x35, 0x99, 0x4b, 0x88, 0xde, 0x5d, 0xb8, 0x96, 0x82,
  0xc8, 0x15, 0x7f, 0x62, 0xd8, 0xf3, 0x36, 0x33, 0xee, 0x57, 0x72, 0xf1, 0x1f, 0x05, 0xab, 0x22,
  0xd6, 0xb5, 0x14, 0x5b, 0x9f, 0x24, 0x1e, 0x5a, 0xcc, 0x31, 0xff, 0x09, 0x0a, 0x4b, 0xc7, 0x11,
  0x48, 0x97, 0x6f, 0x76, 0x79, 0x50, 0x94, 0xe7, 0x1e, 0x79, 0x03, 0x52, 0x9f, 0x5a, 0x82, 0x4b};

constexpr Prime512 kApache22Prime = {
  0x9f, 0xdb, 0x8b, 0x8a, 0x00, 0x45, 0x44, 0xf0, 0x04, 0x5f, 0x17, 0x37, 0xd0, 0xba, 0x2e, 0x0b,
  0x27, 0x4c, 0xdf, 0x1a, 0x9f, 0x58, 0x82, 0x18, 0xfb, 0x43, 0x53, 0x16, 0xa1, 0x6e, 0x37, 0x41,
  0x71, 0xfd, 0x19, 0xd8, 0xd8, 0xf3, 0x7c, 0x39, 0xbf, 0x86, 0x3f, 0xd6, 0x0e, 0x3e, 0x30, 0x06,
  0x80, 0xa3, 0x03, 0x0c, 0x6e, 0x4c, 0x37, 0x57, 0xd0, 0x8f, 0x70, 0xe6, 0xaa, 0x87, 0x10, 0x33};

// clang-format on

ByteView without_leading_zeros(ByteView number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

DhGroup of_server(const Prime512& prime, std::string name) {
  return {.p = to_bytes(prime), .g = {2}, .q = {}, .name = std::move(name)};
}

/// of_document makes a group of which 2 generates the squares: their number is (p - 1) / 2.
DhGroup of_document(BIGNUM* (*prime)(BIGNUM*), std::string name) {
  const BigNumber p(prime(nullptr));
  const BigNumber q(BN_new());
  HEIRLOOM_EXPECT(p != nullptr && q != nullptr && BN_rshift1(q.get(), p.get()) == 1);
  return {
      .p = number_bytes(p.get()), .g = {2}, .q = number_bytes(q.get()), .name = std::move(name)};
}

std::vector<DhGroup> make_table() {
  std::vector<DhGroup> groups;
  groups.push_back(of_server(kServerPrime, "OpenSSL s_server, 512 bits"));
  groups.push_back(of_server(kApache20Prime, "Apache 2.0 mod_ssl, 512 bits"));
  groups.push_back(of_server(kApache22Prime, "Apache 2.2 mod_ssl, 512 bits"));
  groups.push_back(of_document(BN_get_rfc2409_prime_768, "RFC 2409 §6.1, 768 bits"));
  groups.push_back(of_document(BN_get_rfc2409_prime_1024, "RFC 2409 §6.2, 1024 bits"));
  groups.push_back(of_document(BN_get_rfc3526_prime_1536, "RFC 3526 §2, 1536 bits"));
  groups.push_back(of_document(BN_get_rfc3526_prime_2048, "RFC 3526 §3, 2048 bits"));
  groups.push_back(of_document(BN_get_rfc3526_prime_3072, "RFC 3526 §4, 3072 bits"));
  groups.push_back(of_document(BN_get_rfc3526_prime_4096, "RFC 3526 §5, 4096 bits"));
  return groups;
}

struct FreeValues {
  void operator()(ASN1_SEQUENCE_ANY* values) const noexcept {
    sk_ASN1_TYPE_pop_free(values, ASN1_TYPE_free);
  }
};

/// positive_number reads an INTEGER above 0. Empty if it is none.
Bytes positive_number(const ASN1_TYPE* value) {
  if (value == nullptr || ASN1_TYPE_get(value) != V_ASN1_INTEGER) {
    return {};
  }
  const BigNumber number(ASN1_INTEGER_to_BN(value->value.integer, nullptr));
  if (number == nullptr || BN_is_negative(number.get()) == 1) {
    return {};
  }
  return number_bytes(number.get());  // empty for 0
}

struct Block {
  std::unique_ptr<char, OpensslFree> name;
  std::unique_ptr<unsigned char, OpensslFree> data;
  std::size_t size = 0;
};

/// next_block reads the next PEM block of any name, or none.
std::optional<Block> next_block(BIO* reader) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_read_bio(reader, &name, &header, &data, &size) != 1) {
    return std::nullopt;
  }
  OPENSSL_free(header);
  return Block{.name = std::unique_ptr<char, OpensslFree>(name),
               .data = std::unique_ptr<unsigned char, OpensslFree>(data),
               .size = static_cast<std::size_t>(size)};
}

}  // namespace

std::span<const DhGroup> known_dh_groups() {
  static const std::vector<DhGroup> groups = make_table();
  return groups;
}

const DhGroup* find_known_group(ByteView p, ByteView g) {
  const auto groups = known_dh_groups();
  const auto found = std::ranges::find_if(groups, [&](const DhGroup& group) {
    return std::ranges::equal(group.p, without_leading_zeros(p)) &&
           std::ranges::equal(group.g, without_leading_zeros(g));
  });
  return found == groups.end() ? nullptr : &*found;
}

const DhGroup* known_group_of_size(std::size_t max_bits) {
  const DhGroup* largest = nullptr;
  for (const DhGroup& group : known_dh_groups()) {
    // Of several with the same size the first.
    if (group.bits() <= max_bits && (largest == nullptr || group.bits() > largest->bits())) {
      largest = &group;
    }
  }
  return largest;
}

DhGroup make_dh_group(ByteView p, ByteView g, ByteView q) {
  if (const DhGroup* known = find_known_group(p, g); known != nullptr) {
    return *known;
  }
  return {.p = to_bytes(without_leading_zeros(p)),
          .g = to_bytes(without_leading_zeros(g)),
          .q = to_bytes(without_leading_zeros(q)),
          .name = {}};
}

std::optional<DhGroup> read_dh_parameters(ByteView der, DhParametersForm form) {
  const ErrorQueueGuard guard;
  if (!std::in_range<long>(der.size())) {
    return std::nullopt;
  }
  const unsigned char* at = der.data();
  const std::unique_ptr<ASN1_SEQUENCE_ANY, FreeValues> values(
      d2i_ASN1_SEQUENCE_ANY(nullptr, &at, static_cast<long>(der.size())));
  if (values == nullptr || at != der.data() + der.size()) {
    return std::nullopt;
  }
  const auto number = [&values](int index) {
    return positive_number(sk_ASN1_TYPE_value(values.get(), index));
  };
  const Bytes p = number(0);
  const Bytes second = number(1);
  if (p.empty() || second.empty()) {
    return std::nullopt;
  }
  if (form == DhParametersForm::pkcs3) {
    return make_dh_group(p, second);
  }
  const Bytes third = number(2);
  const bool is_dss = form == DhParametersForm::dss;
  // Dss-Parms are three numbers; X9.42 may have more behind them.
  if (third.empty() || (is_dss && sk_ASN1_TYPE_num(values.get()) != 3)) {
    return std::nullopt;
  }
  return is_dss ? make_dh_group(p, third, second) : make_dh_group(p, second, third);
}

Result<DhGroup> parse_dh_group(std::string_view pem) {
  const ErrorQueueGuard guard;
  const MemoryReader reader = memory_reader(as_bytes(pem));
  while (reader != nullptr) {
    const auto block = next_block(reader.get());
    if (!block.has_value()) {
      break;
    }
    const std::string_view name = block->name.get();
    const bool is_x942 = name == PEM_STRING_DHXPARAMS;
    if (!is_x942 && name != PEM_STRING_DHPARAMS) {
      continue;  // a certificate's file may hold its group as well
    }
    auto group = read_dh_parameters({block->data.get(), block->size},
                                    is_x942 ? DhParametersForm::x942 : DhParametersForm::pkcs3);
    if (!group.has_value()) {
      return Error(Cause::config_invalid, "the DH PARAMETERS in it cannot be read");
    }
    return std::move(*group);
  }
  return Error(Cause::config_invalid, "there are no DH PARAMETERS in PEM form in it");
}

}  // namespace heirloom::crypto
