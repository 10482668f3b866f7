#!/usr/bin/env bash
# examples_test.sh FOLDER EXAMPLE: runs one built example against the system's openssl at TLS 1.0, and
# sans_io by itself. FOLDER holds the built examples.
set -euo pipefail
folder=$1
example=$2
certificates=$(cd "$(dirname "$0")/../vectors/certificates" && pwd)
temporary=$(mktemp -d)
peer=
trap '[ -z "$peer" ] || kill "$peer" 2>/dev/null || true; rm -rf "$temporary"' EXIT
tls10=(-tls1 -cipher 'AES128-SHA:@SECLEVEL=0')

fail() {
  echo "$example: $1"
  cat "$temporary"/* 2>/dev/null || true
  exit 1
}

expect() { # TEXT FILE
  grep -qF -- "$1" "$2" || fail "does not say: $1"
}

port_in() { # FILE PATTERN: waits until the line with the port is there
  for _ in $(seq 100); do
    port=$(sed -n "s/^$2.*:\([0-9]*\)\$/\1/p" "$1")
    [ -z "$port" ] || return 0
    sleep 0.1
  done
  fail "no port"
}

start_box() { # a web server whose only page tells what was negotiated
  openssl s_server -accept 127.0.0.1:0 -www "${tls10[@]}" -cert "$certificates/rsa1024.crt" \
    -key "$certificates/rsa1024.key" >"$temporary/box" 2>&1 </dev/null &
  peer=$!
  port_in "$temporary/box" ACCEPT
}

fingerprint() {
  openssl x509 -in "$certificates/$1.crt" -noout -fingerprint -sha256 | sed 's/.*=//'
}

out=$temporary/out
case "$example" in
  sans_io)
    "$folder/sans_io" "$certificates/rsa1024.chain" "$certificates/rsa1024.key" >"$out" || fail "exit $?"
    expect "client is parked" "$out"
    expect "server heard: Are you there?" "$out"
    ;;
  minimal_client)
    start_box
    "$folder/minimal_client" 127.0.0.1 "$port" "$(fingerprint rsa1024)" >"$out" || fail "exit $?"
    expect "TLSv1" "$out"
    if "$folder/minimal_client" 127.0.0.1 "$port" "$(fingerprint other-ca)" >"$out" 2>&1; then
      fail "accepts a certificate that is not pinned"
    fi
    ;;
  asio_client)
    start_box
    "$folder/asio_client" localhost "$port" "$certificates/ca.crt" >"$out" || fail "exit $?"
    expect "TLSv1" "$out"
    if "$folder/asio_client" localhost "$port" "$certificates/other-ca.crt" >"$out" 2>&1; then
      fail "accepts a stranger's certificate"
    fi
    expect "certificate_untrusted" "$out"
    ;;
  boost_client)
    start_box
    "$folder/boost_client" 127.0.0.1 "$port" >"$out" || fail "exit $?"
    expect "TLS 1.0" "$out"
    expect "TLS_RSA_WITH_AES_128_CBC_SHA" "$out"
    expect "$(fingerprint rsa1024 | tr -d : | tr A-F a-f)" "$out"
    ;;
  coroutine_client)
    start_box
    echo y | "$folder/coroutine_client" 127.0.0.1 "$port" >"$out" || fail "exit $?"
    expect "TLSv1" "$out"
    if echo n | "$folder/coroutine_client" 127.0.0.1 "$port" >"$out" 2>&1; then
      fail "does not take no for an answer"
    fi
    ;;
  asio_echo_server)
    "$folder/asio_echo_server" 0 "$certificates/rsa1024.chain" "$certificates/rsa1024.key" \
      >"$temporary/echo" 2>&1 &
    peer=$!
    port_in "$temporary/echo" "listening on"
    { echo "anybody there"; sleep 1; } | openssl s_client -connect "127.0.0.1:$port" "${tls10[@]}" \
      -quiet -no_ign_eof -CAfile "$certificates/ca.crt" -verify_return_error >"$out" 2>&1 || fail "exit $?"
    expect "anybody there" "$out"
    ;;
  *) fail "no such example" ;;
esac
