#include "crypto/pem.hpp"

#include "crypto/certificate_walk.hpp"
#include "crypto/library.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace heirloom {

namespace crypto {

namespace {

constexpr std::size_t kFirstBuffer = 65536;
constexpr std::size_t kMaxFile = std::size_t{64} << 20U;

struct PemBlock {
  std::string name;
  Bytes data;
};

enum class BlockStatus : std::uint8_t { read, unreadable, end };

BlockStatus read_block(BIO* reader, PemBlock& block) {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  const int status = PEM_read_bio(reader, &name, &header, &data, &size);
  const std::unique_ptr<char, OpensslFree> name_owner(name);
  const std::unique_ptr<char, OpensslFree> header_owner(header);
  const std::unique_ptr<unsigned char, OpensslFree> data_owner(data);
  if (status != 1) {
    const auto error = ERR_peek_last_error();
    const bool is_end =
        ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    return is_end ? BlockStatus::end : BlockStatus::unreadable;
  }
  block.name = name;
  block.data.assign(data, data + size);
  secure_wipe(data, static_cast<std::size_t>(size));  // the block may be a key
  return BlockStatus::read;
}

bool is_certificate(const PemBlock& block) {
  return block.name == PEM_STRING_X509 || block.name == PEM_STRING_X509_OLD;
}

/// why_useless is empty for a certificate that is good for its use.
std::string why_useless(const CertificateDer& der, CertificateUse use) {
  const auto parsed = parse_x509(der);
  const bool is_good =
      parsed.has_value() || (use == CertificateUse::shown && walk_certificate(der).has_value());
  return is_good ? "" : "no X.509 certificate: " + parsed.error().detail;
}

struct FileClose {
  void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};

Error unreadable(const std::string& path, const std::string& reason) {
  return {Cause::file_unreadable, path + ": " + reason};
}

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

}  // namespace

Result<CertificateChain> pem_certificates(std::string_view pem,
                                          BadBlock bad_block,
                                          CertificateUse use) {
  const ErrorQueueGuard guard;
  CertificateChain chain;
  const MemoryReader reader = memory_reader(as_bytes(pem));
  if (reader == nullptr) {
    return Cause::certificate_malformed;
  }
  PemBlock block;
  for (std::size_t number = 1;; ++number) {
    const BlockStatus status = read_block(reader.get(), block);
    if (status == BlockStatus::end) {
      return chain;
    }
    std::string reason;
    if (status == BlockStatus::unreadable) {
      reason = last_reason();
    } else if (is_certificate(block)) {
      reason = why_useless(block.data, use);
      if (reason.empty()) {
        chain.push_back(std::move(block.data));
        continue;
      }
    }
    secure_wipe(block.data.data(), block.data.size());
    if (!reason.empty() && bad_block == BadBlock::is_error) {
      return Error(Cause::certificate_malformed,
                   "block " + std::to_string(number) + " cannot be read: " + reason);
    }
  }
}

Result<CertificateChain> pem_chain(std::string_view pem, CertificateUse use) {
  auto chain = pem_certificates(pem, BadBlock::is_error, use);
  if (chain.has_value() && chain->empty()) {
    return Error(Cause::certificate_malformed, "there is no PEM certificate in it");
  }
  return chain;
}

Result<SecretBytes> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, FileClose> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return unreadable(path, reason_of(errno));
  }
  // The stream's own buffer would not be wiped.
  (void)std::setvbuf(file.get(), nullptr, _IONBF, 0);
  SecretBytes buffer(kFirstBuffer);
  std::size_t size = 0;
  for (;;) {
    const ByteSpan room = buffer.expose().subspan(size);
    const std::size_t count = std::fread(room.data(), 1, room.size(), file.get());
    size += count;
    if (count < room.size()) {
      break;
    }
    if (size >= kMaxFile) {
      return unreadable(path, "larger than 64 MiB");
    }
    SecretBytes larger(size * 2);
    std::ranges::copy(buffer.expose(), larger.expose().begin());
    buffer = std::move(larger);
  }
  if (std::ferror(file.get()) != 0) {
    return unreadable(path, reason_of(errno));
  }
  return SecretBytes(ByteView(buffer.expose()).first(size));
}

}  // namespace crypto

Result<CertificateChain> parse_pem_chain(std::string_view pem) {
  return crypto::pem_chain(pem, crypto::CertificateUse::judged);
}

std::string format_pem(std::span<const std::uint8_t> der) {
  const crypto::ErrorQueueGuard guard;
  const crypto::MemoryReader writer(BIO_new(BIO_s_mem()));
  if (writer == nullptr || !std::in_range<int>(der.size()) ||
      PEM_write_bio(writer.get(), PEM_STRING_X509, "", der.data(), static_cast<int>(der.size())) <=
          0) {
    return {};
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace heirloom
