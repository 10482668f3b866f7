#!/usr/bin/env bash
# scripts/make_test_pki.sh [DIRECTORY]: makes the certificates that the tests use, with nothing but
# the openssl command (3.0 or later). DIRECTORY is tests/vectors/certificates if not given; what it
# makes is committed, so tests never need to run this. Keys are new at every run.
#
# NAME.crt is the certificate, NAME.key its key (PKCS#1 for RSA: old programs read that),
# NAME.chain the certificate followed by its authorities up to the root. tests/vectors/
# certificates/README.md says what each name is for.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:-tests/vectors/certificates}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"
export OPENSSL_CONF=/dev/null

not_before=20000101000000Z
not_after=20991231235959Z
organisation="Heirloom tests"
host_names="DNS:localhost,DNS:box.heirloom.test,DNS:*.rack.heirloom.test,IP:127.0.0.1,IP:::1"

# quiet COMMAND…: shows what openssl wrote only if it fails.
quiet() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
}

rsa_key() {  # name bits
  quiet openssl genrsa -traditional -out "$out/$1.key" "$2"
}

dsa_key() {  # name bits
  quiet openssl genpkey -genparam -algorithm DSA -pkeyopt "dsa_paramgen_bits:$2" \
    -pkeyopt dsa_paramgen_q_bits:160 -pkeyopt dsa_paramgen_md:SHA1 -out "$1.param"
  quiet openssl genpkey -paramfile "$1.param" -out "$out/$1.key"
}

ec_key() {  # name curve
  quiet openssl ecparam -genkey -name "$2" -noout -out "$out/$1.key"
}

# certify NAME SUBJECT ISSUER|self DIGEST EXTENSIONS [NOT_BEFORE NOT_AFTER]: signs NAME.key.
# EXTENSIONS is one per line as openssl's x509v3_config(5) wants them; empty makes version 1.
serial=1000
certify() {
  local name=$1 subject=$2 issuer=$3 digest=$4 extensions=$5
  local from=${6:-$not_before} until=${7:-$not_after}
  local sign=(-cert "$out/$issuer.crt" -keyfile "$out/$issuer.key") section=(-extensions extensions)
  serial=$((serial + 1))
  printf '%04x\n' "$serial" >serial
  : >>"index.$issuer"
  cat >ca.cnf <<CONFIG
[ca]
default_ca = authority
[authority]
database = $work/index.$issuer
serial = $work/serial
new_certs_dir = $work
unique_subject = no
policy = anything
default_crl_days = 1
[anything]
organizationName = optional
organizationalUnitName = optional
commonName = optional
[request]
distinguished_name = name
[name]
[extensions]
$extensions
CONFIG
  [[ $issuer == self ]] && sign=(-selfsign -keyfile "$out/$name.key")
  [[ -z $extensions ]] && section=()
  quiet openssl req -new -config <(printf '[req]\ndistinguished_name=name\n[name]\n') -sha1 \
    -key "$out/$name.key" -subj "$subject" -out request.pem
  quiet openssl ca -batch -config ca.cnf "${sign[@]}" "${section[@]}" -md "$digest" -notext \
    -startdate "$from" -enddate "$until" -in request.pem -out "$out/$name.crt" -preserveDN
  if [[ $issuer == self ]]; then
    cp "$out/$name.crt" "$out/$name.chain"
  else
    cat "$out/$name.crt" "$out/$issuer.chain" >"$out/$name.chain"
  fi
}

leaf_extensions() {  # further lines
  printf 'subjectAltName = %s\n' "$host_names"
  printf '%s\n' "$@"
}

# leaf NAME DIGEST [EXTENSIONS…]: a server certificate of the first authority.
leaf() {
  local name=$1 digest=$2
  shift 2
  certify "$name" "/O=$organisation/OU=$name/CN=localhost" ca "$digest" "$(leaf_extensions "$@")"
}

authority_extensions='basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash'

rsa_key ca 1024
certify ca "/O=$organisation/CN=Heirloom test CA" self sha1 "$authority_extensions"
rsa_key other-ca 1024
certify other-ca "/O=$organisation/CN=Another CA" self sha1 "$authority_extensions"
rsa_key ca-v1 1024
certify ca-v1 "/O=$organisation/CN=Version 1 CA" self md5 ""
rsa_key intermediate 1024
certify intermediate "/O=$organisation/CN=Intermediate CA" ca sha1 "$authority_extensions"

for bits in 512 1024 2048 4096; do
  rsa_key "rsa$bits" "$bits"
  leaf "rsa$bits" sha1
done
rsa_key rsa1024-md5 1024
leaf rsa1024-md5 md5
rsa_key rsa2048-sha256 2048
leaf rsa2048-sha256 sha256 'keyUsage = critical,digitalSignature,keyEncipherment' \
  'extendedKeyUsage = serverAuth'

for name in expired not-yet-valid wrong-name no-san v1 no-key-encipherment no-digital-signature \
  client-only revoked chained from-ca-v1 client; do
  rsa_key "$name" 1024
done
certify expired "/O=$organisation/OU=expired/CN=localhost" ca sha1 "$(leaf_extensions)" \
  20000101000000Z 20091231235959Z
certify not-yet-valid "/O=$organisation/OU=not-yet-valid/CN=localhost" ca sha1 \
  "$(leaf_extensions)" 20900101000000Z "$not_after"
certify wrong-name "/O=$organisation/OU=wrong-name/CN=elsewhere.heirloom.test" ca sha1 \
  'subjectAltName = DNS:elsewhere.heirloom.test,IP:192.0.2.1'
certify no-san "/O=$organisation/OU=no-san/CN=localhost" ca sha1 'basicConstraints = CA:FALSE'
certify v1 "/O=$organisation/OU=v1/CN=localhost" ca sha1 ""
leaf no-key-encipherment sha1 'keyUsage = critical,digitalSignature'
leaf no-digital-signature sha1 'keyUsage = critical,keyEncipherment'
leaf client-only sha1 'extendedKeyUsage = clientAuth'
leaf revoked sha1
certify chained "/O=$organisation/OU=chained/CN=localhost" intermediate sha1 "$(leaf_extensions)"
certify from-ca-v1 "/O=$organisation/OU=from-ca-v1/CN=localhost" ca-v1 sha1 "$(leaf_extensions)"
certify client "/O=$organisation/OU=client/CN=A Client" ca sha1 \
  'keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth'

# What a box in the rack shows: version 1, MD5, its own issuer, long expired, an address as name.
rsa_key device 1024
certify device "/O=$organisation/OU=device/CN=127.0.0.1" self md5 "" 19980101000000Z \
  20081231235959Z

# Odd but parseable: a BMPString name with letters outside ASCII and a control character, dates
# before the epoch and at the end of the calendar.
rsa_key odd 1024
printf '[req]\ndistinguished_name=name\nstring_mask=MASK:0x800\nutf8=yes\nprompt=no\n' >odd.cnf
printf '[name]\nO=%s\nCN=Z\303\274rich \033[31m\n' "$organisation" >>odd.cnf
quiet openssl req -new -config odd.cnf -key "$out/odd.key" -sha1 -out odd.pem
quiet openssl ca -batch -config ca.cnf -selfsign -keyfile "$out/odd.key" -md sha1 -notext -preserveDN \
  -startdate 500102030405Z -enddate 99991231235959Z -in odd.pem -out "$out/odd.crt"
cp "$out/odd.crt" "$out/odd.chain"

dsa_key dsa1024 1024
leaf dsa1024 sha1
ec_key ec256 prime256v1
leaf ec256 sha1

# The first authority's list of revoked certificates.
sed -i "s#database = .*#database = $work/index.ca#" ca.cnf
quiet openssl ca -config ca.cnf -cert "$out/ca.crt" -keyfile "$out/ca.key" -md sha1 \
  -revoke "$out/revoked.crt" -crl_reason keyCompromise
quiet openssl ca -config ca.cnf -cert "$out/ca.crt" -keyfile "$out/ca.key" -md sha1 -gencrl \
  -crl_lastupdate "$not_before" -crl_nextupdate "$not_after" -out "$out/ca.crl"
quiet openssl ca -config ca.cnf -cert "$out/ca.crt" -keyfile "$out/ca.key" -md sha1 -gencrl \
  -crl_lastupdate 20000101000000Z -crl_nextupdate 20091231235959Z -out "$out/ca-expired.crl"

# One key under a passphrase, in both forms.
quiet openssl rsa -traditional -in "$out/rsa1024.key" -des3 -passout pass:heirloom \
  -out "$out/rsa1024-encrypted.key"
quiet openssl pkcs8 -topk8 -in "$out/rsa1024.key" -passout pass:heirloom -v2 des3 \
  -out "$out/rsa1024-encrypted-pkcs8.key"
chmod 644 "$out"/*.key  # they guard nothing, and every test may read them
echo "$(find "$out" -name '*.crt' | wc -l) certificates in $out"
