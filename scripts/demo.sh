#!/usr/bin/env bash
# demo.sh PROGRAM: an old server on loopback, what today's tools say to it, and the same page through
# heirloom reach. Everything lives in a temporary folder. On a terminal it stays until Ctrl-C.
set -euo pipefail
program=$(realpath "$1")
folder=$(mktemp -d "${TMPDIR:-/tmp}/heirloom-demo.XXXXXX")
children=()
clean_up() {
  trap - EXIT INT TERM
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'clean_up; exit 0' INT
trap 'clean_up; exit 143' TERM
export XDG_STATE_HOME=$folder/state XDG_CONFIG_HOME=$folder/config
# A proxy or a key log of the surroundings has no business in this demonstration.
unset SSLKEYLOGFILE http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy
mkdir -p "$XDG_STATE_HOME" "$XDG_CONFIG_HOME"

# A certificate like a box in a rack has: self-signed, 1024 bits, expired in 2012.
make_certificate() {
  (
    cd "$folder"
    mkdir -p issued
    : >index.txt
    cat >ca.conf <<'END'
[ca]
default_ca = self
[self]
database = index.txt
new_certs_dir = issued
rand_serial = yes
default_md = sha1
policy = any
[any]
commonName = supplied
END
    openssl req -new -newkey rsa:1024 -nodes -keyout key.pem -subj "/CN=old-box" -out request.pem
    openssl ca -batch -selfsign -config ca.conf -in request.pem -keyfile key.pem -notext -out certificate.pem \
      -startdate 20020101000000Z -enddate 20120101000000Z
  ) >"$folder/openssl.log" 2>&1 || { cat "$folder/openssl.log" >&2; exit 7; }
}

# start NAME COMMAND…: in the background, its output in NAME.log.
start() {
  local name=$1
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  children+=($!)
}

# wait_for NAME PATTERN: the first match in NAME.log, within 20 seconds.
wait_for() {
  local name=$1 pattern=$2 found pid=${children[-1]}
  for _ in $(seq 200); do
    found=$(grep -oEm1 "$pattern" "$folder/$name.log" || true)
    if [ -n "$found" ]; then
      echo "$found"
      return 0
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "heirloom $name did not start:" >&2
  cat "$folder/$name.log" >&2
  return 7
}

make_certificate
start serve "$program" serve --www --listen 127.0.0.1:0 --min ssl3 --max ssl3 \
  --suites RSA_WITH_RC4_128_MD5 --cert "$folder/certificate.pem" --key "$folder/key.pem"
port=$(wait_for serve '127\.0\.0\.1:[1-9][0-9]*')
box=https://$port

echo "An old server listens at $box: SSL 3.0 only, RC4, a 1024-bit certificate that expired in 2012."
echo
echo "1. Today's tool, told to overlook the certificate:"
echo "\$ curl -k $box/"
curl -k -sS --max-time 20 "$box/" 2>&1 || true
echo
echo "2. The same page through heirloom:"
echo "\$ heirloom reach --accept-new $box/"
start reach "$program" reach --accept-new "$box/"
url=$(wait_for reach 'http://[a-zA-Z0-9.-]+\.localhost:[1-9][0-9]*/')
sed 's/^/   /' "$folder/reach.log"
local_port=${url##*:}
echo "\$ curl $url"
curl -sS --max-time 20 --resolve "$(sed -E 's#http://([^:]+):.*#\1#' <<<"$url"):${local_port%/}:127.0.0.1" "$url"
echo
echo
if [ -t 0 ] && [ -t 1 ]; then
  echo "Open $url in your browser; Ctrl-C ends this."
  echo "Yours: ./run reach https://YOUR-BOX"
  wait "${children[-1]}" || true
else
  echo "Yours: ./run reach https://YOUR-BOX"
fi
