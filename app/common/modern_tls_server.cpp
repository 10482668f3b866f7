#include "common/modern_tls_server.hpp"

#include "common/modern_tls_handle.hpp"

#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace heirloom::app {

namespace {

struct BioDeleter {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

struct CertificateDeleter {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

using BioPtr = std::unique_ptr<BIO, BioDeleter>;
using CertificatePtr = std::unique_ptr<X509, CertificateDeleter>;
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyDeleter>;

BioPtr reader_of(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

/// use_chain is false if the text holds no certificate that libssl takes.
bool use_chain(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio = reader_of(pem);
  bool is_first = true;
  while (
      const CertificatePtr certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    const long taken = is_first ? SSL_CTX_use_certificate(context, certificate.get())
                                : SSL_CTX_add1_chain_cert(context, certificate.get());
    if (taken != 1) {
      return false;
    }
    is_first = false;
  }
  ERR_clear_error();  // the end of the text counts as one
  return !is_first;
}

}  // namespace

struct ModernTlsServer::Context {
  ContextPtr handle;
};

ModernTlsServer::ModernTlsServer(std::unique_ptr<Context> context) : context_(std::move(context)) {}

ModernTlsServer::~ModernTlsServer() = default;

std::shared_ptr<ModernTlsServer> ModernTlsServer::create(const std::string& chain_pem,
                                                         const std::string& key_pem) {
  auto context = std::make_unique<Context>();
  context->handle.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const handle = context->handle.get();
  if (handle == nullptr) {
    return nullptr;
  }
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(handle, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const BioPtr bio = reader_of(key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  const bool is_usable = use_chain(handle, chain_pem) && key != nullptr &&
                         SSL_CTX_use_PrivateKey(handle, key.get()) == 1;
  if (!is_usable) {
    ERR_clear_error();
    return nullptr;
  }
  return std::shared_ptr<ModernTlsServer>(new ModernTlsServer(std::move(context)));
}

ModernTlsReport ModernTlsServer::accept(std::shared_ptr<TcpStream> transport,
                                        Deadline deadline) const {
  ModernTlsReport report;
  ERR_clear_error();
  auto ssl = std::make_unique<ModernTlsStream::Ssl>();
  ssl->handle.reset(SSL_new(context_->handle.get()));
  SSL* const handle = ssl->handle.get();
  if (handle == nullptr || SSL_set_fd(handle, transport->readable_handle()) != 1) {
    ERR_clear_error();
    report.reason = "libssl has no memory";
    return report;
  }
  SSL_set_accept_state(handle);
  if (!shake_hands(handle, std::chrono::milliseconds(0), deadline, report)) {
    return report;
  }
  report.end = ModernTlsReport::End::complete;
  report.stream.reset(new ModernTlsStream(std::move(transport), std::move(ssl)));
  return report;
}

}  // namespace heirloom::app
