#include "ca/make.hpp"

#include "heirloom/policy.hpp"

#include "ca/fortezza_key.hpp"
#include "ca/ground.hpp"
#include "ca/key_maker.hpp"
#include "ca/libcrypto.hpp"
#include "common/target.hpp"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace heirloom::app {

namespace fs = std::filesystem;

namespace {

constexpr std::uint16_t kPort = 8443;  // of the commands to type next

CertificateUsage usage_of(const std::string& word) {
  return word == "client" ? CertificateUsage::client
         : word == "both" ? CertificateUsage::both
                          : CertificateUsage::server;
}

/// Issued is a new certificate and its key; nothing is written yet.
struct Issued {
  KeyPtr key;
  CertificatePlan plan;
  std::string pem;
};

Outcome<Issued> sign(const Ground& ground, KeyPtr key, const std::string& key_usage) {
  Issued issued{std::move(key), ground.plan, ""};
  issued.plan.key_usage = key_usage;
  const Issuer issuer = ground.signer.has_value()
                            ? Issuer{ground.signer->certificate.get(), ground.signer->key.get()}
                            : Issuer{nullptr, issued.key.get()};
  const auto certificate = make_certificate(issued.plan, issued.key.get(), issuer);
  if (!certificate.has_value()) {
    return certificate.error();
  }
  issued.pem = to_pem(certificate->get());
  return issued;
}

/// key_for makes or reads the key, once it is known that there is room for it.
Outcome<KeyPtr> key_for(const MakeOptions& options, const std::vector<NewFile>& files) {
  Outcome<KeySource> source = find_key(options);
  if (!source.has_value()) {
    return source.error();
  }
  if (const auto checked = check_new_files(files, options.overwrite); !checked.has_value()) {
    return checked.error();
  }
  return take_key(*std::move(source));
}

/// add_key_file adds the key, unless it is where it belongs already.
void add_key_file(std::vector<NewFile>& files, const MakeOptions& options, const fs::path& place) {
  std::error_code error;
  if (options.key_file.empty() || !fs::equivalent(options.key_file, place, error)) {
    files.push_back({place, "", NewFile::Content::key});
  }
}

/// write fills in the key and writes everything.
Outcome<bool> write(std::vector<NewFile> files, EVP_PKEY* key, Overwrite overwrite) {
  for (NewFile& file : files) {
    if (file.content == NewFile::Content::key) {
      file.text = key_to_pem(key);
    }
    if (file.text.empty()) {
      return Failure{ExitCode::internal, "libcrypto cannot write PEM", "", "ca_minting"};
    }
  }
  return write_new_files(files, overwrite);
}

Outcome<bool> write_folder(const std::vector<NewFile>& files,
                           const Issued& issued,
                           const MakeOptions& options) {
  if (Outcome<bool> made = make_folder(options.output); !made.has_value()) {
    return made;
  }
  return write(files, issued.key.get(), options.overwrite);
}

std::string path_word(const fs::path& path) {
  return quote_word(path.string());
}

/// target_of is where a client would look for this server: its first name, if that is one to type.
std::string target_of(const CertificatePlan& plan) {
  const auto& alternatives = plan.names.alternatives;
  const std::string& name = plan.names.common_name;
  const bool is_host = name.find_first_of("*@ ") == std::string::npos &&
                       (alternatives.empty() || alternatives.front().text == name);
  return to_string(HostPort{is_host ? name : "HOST", kPort});
}

/// is_below_device: what the preset museum takes, and the usual one does not.
bool is_below_device(const EVP_PKEY* key) {
  const auto facts = facts_of(key);
  const CertificateRules rules = Policy::device().certificates;
  if (!facts.has_value()) {
    return false;
  }
  const auto bits = static_cast<std::size_t>(facts->bits);
  switch (facts->kind) {
    case KeyKind::rsa:
      return bits < rules.rsa.min;
    case KeyKind::dsa:
      return bits < rules.dsa.min;
    case KeyKind::dh:
      return bits < rules.dh.min;
    case KeyKind::ec:
      break;
  }
  return false;
}

std::vector<std::string> next_of_leaf(const MakeOptions& options, const Issued& issued) {
  const CertificatePlan& plan = issued.plan;
  const fs::path folder(options.output);
  if (plan.form != KeyForm::ordinary) {
    return {"openssl asn1parse -i -in " + path_word(folder / "chain.pem")};
  }
  const std::string own =
      "--cert " + path_word(folder / "chain.pem") + " --key " + path_word(folder / "key.pem");
  if (options.usage == "client") {
    return {"heirloom connect HOST:443 " + own};
  }
  return {"heirloom serve --listen " + std::to_string(kPort) + " --www " + own,
          "heirloom connect " + quote_word(target_of(plan)) + " --cafile " +
              path_word(folder / "root.pem") +
              (is_below_device(issued.key.get()) ? " --preset museum" : "")};
}

}  // namespace

Outcome<Made> make_key_file(const MakeOptions& options) {
  const OwnContext context;
  const std::vector<NewFile> files{{options.output, "", NewFile::Content::key}};
  const Outcome<KeyPtr> key = key_for(options, files);
  if (!key.has_value()) {
    return key.error();
  }
  if (const auto written = write(files, key->get(), options.overwrite); !written.has_value()) {
    return written.error();
  }
  Made made{{{"key", options.output}}, {}, {}};
  add_key_facts(made, key->get());
  made.next.push_back("heirloom ca leaf localhost --key " + quote_word(options.output) +
                      " --authority FOLDER -o localhost");
  return made;
}

Outcome<Made> make_authority_folder(const MakeOptions& options) {
  const OwnContext context;
  const Outcome<Ground> ground = prepare(options, CertificateUsage::authority);
  if (!ground.has_value()) {
    return ground.error();
  }
  const SignerFiles places(options.output);
  std::vector<NewFile> files{{places.certificate, ""}, {places.chain, ""}};
  add_key_file(files, options, places.key);
  Outcome<KeyPtr> key = key_for(options, files);
  if (!key.has_value()) {
    return key.error();
  }
  if (facts_of(key->get())->kind == KeyKind::dh) {
    return Failure{ExitCode::usage,
                   "a Diffie-Hellman key cannot sign, so it cannot be an authority's",
                   "--type rsa, dsa or ec",
                   "ca_authority_kind"};
  }
  const Outcome<Issued> issued = sign(*ground, *std::move(key), "keyCertSign,cRLSign");
  if (!issued.has_value()) {
    return issued.error();
  }
  const bool has_signer = ground->signer.has_value();
  files[0].text = issued->pem;
  files[1].text = issued->pem + (has_signer ? ground->signer->chain_pem : "");
  if (const auto written = write_folder(files, *issued, options); !written.has_value()) {
    return written.error();
  }
  Made made{{{"certificate", places.certificate.string()}, {"key", places.key.string()}}, {}, {}};
  add_key_facts(made, issued->key.get());
  add_certificate_facts(
      made, issued->plan, issued->pem, has_signer ? ground->signer->key.get() : nullptr);
  made.next.push_back("heirloom ca leaf localhost --authority " + quote_word(options.output) +
                      " -o localhost");
  return made;
}

Outcome<Made> make_leaf_folder(const MakeOptions& options) {
  const OwnContext context;
  const Outcome<Ground> ground = prepare(options, usage_of(options.usage));
  if (!ground.has_value()) {
    return ground.error();
  }
  if (const auto checked = check_key_usage(options.key_usage); !checked.has_value()) {
    return checked.error();
  }
  const fs::path folder(options.output);
  const fs::path key_file = folder / "key.pem";
  std::vector<NewFile> files{{folder / "chain.pem", ""}, {folder / "root.pem", ""}};
  add_key_file(files, options, key_file);
  Outcome<KeyPtr> key = key_for(options, files);
  if (!key.has_value()) {
    return key.error();
  }
  const std::string key_usage = options.key_usage.empty()
                                    ? default_key_usage(key->get(), ground->plan.form)
                                    : options.key_usage;
  const Outcome<Issued> issued = sign(*ground, *std::move(key), key_usage);
  if (!issued.has_value()) {
    return issued.error();
  }
  files[0].text = issued->pem + ground->signer->chain_pem;
  files[1].text = ground->signer->root_pem;
  if (const auto written = write_folder(files, *issued, options); !written.has_value()) {
    return written.error();
  }
  Made made{{{"chain", files[0].path.string()},
             {"key", key_file.string()},
             {"root", files[1].path.string()}},
            {},
            next_of_leaf(options, *issued)};
  add_key_facts(made, issued->key.get());
  if (const std::string text = fortezza_text(issued->key.get(), issued->plan.form); !text.empty()) {
    made.facts.push_back({"fortezza", text});
  }
  add_certificate_facts(made, issued->plan, issued->pem, ground->signer->key.get());
  return made;
}

}  // namespace heirloom::app
