#!/usr/bin/env bash
# Writes rsa.txt: signatures over 36 bytes as RFC 2246 section 4.7 has them, good and forged, made
# with the openssl command alone (genrsa, pkeyutl). Keys are new at every run.
# Usage: make_rsa.sh > rsa.txt
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OPENSSL_CONF=/dev/null

echo "# RSA signatures without DigestInfo, RFC 2246 section 4.7, RFC 2313 section 8.1."
echo "# Made by tests/vectors/crypto/make_rsa.sh with $(openssl version);"
echo "# \"openssl\" blocks by pkeyutl -sign with its own padding, the others by the raw private operation"
echo "# (rsa_padding_mode:none) on a block put together in the script."

hex() { od -An -v -tx1 | tr -d ' \n'; }
repeat() { printf "%.0s$1" $(seq 1 "$2"); }  # text count

block() {  # name accepted signature-in-hex
  printf '\nname = %s\nmodulus = %s\nexponent = %s\ndigest = %s\nsignature = %s\naccepted = %s\n' \
    "$1, $bits bits, exponent $exponent" "$modulus" "$(printf '%06x' "$exponent")" "$digest" "$3" "$2"
}

raw() {  # block in hex -> signature in hex
  printf '%s' "$1" | sed 's/../\\x&/g' | xargs -0 printf '%b' >block.bin
  openssl pkeyutl -decrypt -inkey key.pem -pkeyopt rsa_padding_mode:none -in block.bin | hex
}

for pair in "512 3" "512 65537" "1023 65537" "1024 3" "1024 65537" "2048 65537" "4096 65537"; do
  read -r bits exponent <<<"$pair"
  openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$bits" \
    -pkeyopt "rsa_keygen_pubexp:$exponent" -out key.pem 2>/dev/null
  modulus=$(openssl rsa -in key.pem -noout -modulus | sed 's/.*=//' | tr A-F a-f)
  openssl rand 36 >digest.bin
  digest=$(hex <digest.bin)
  size=$((${#modulus} / 2))
  pad() { repeat ff $((size - 3 - $1)); }  # bytes of payload

  block "openssl" yes "$(openssl pkeyutl -sign -inkey key.pem -in digest.bin | hex)"
  block "rebuilt" yes "$(raw "0001$(pad 36)00$digest")"
  block "block type 2" no "$(raw "0002$(pad 36)00$digest")"
  block "block type 0" no "$(raw "0000$(repeat 00 $((size - 39)))00$digest")"
  block "first byte not zero" no "$(raw "0101$(pad 36)00$digest")"
  block "no padding, digest left, garbage behind" no "$(raw "000100$digest$(repeat 41 $((size - 39)))")"
  block "eight bytes of padding, garbage behind" no \
    "$(raw "0001$(repeat ff 8)00$digest$(repeat 41 $((size - 47)))")"
  block "one byte of garbage behind" no "$(raw "0001$(pad 37)00${digest}00")"
  block "a padding byte not ff" no "$(raw "0001fe$(pad 37)00$digest")"
  block "separator missing" no "$(raw "0001$(pad 36)ff$digest")"
  block "digest of 35 bytes" no "$(raw "0001$(pad 35)00${digest:0:70}")"
  info="3021300906052b0e03021a05000414"
  if ((size >= 62)); then
    block "DigestInfo in front" no "$(raw "0001$(pad 51)00$info$digest")"
  fi
  openssl rand 36 >digest.bin
  block "another digest" no "$(openssl pkeyutl -sign -inkey key.pem -in digest.bin | hex)"
done
