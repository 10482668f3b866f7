/* Mbed TLS 2.28 as TLS 1.0 peer.
 *
 * mbedtls_peer client|server key=value...      (contract: docs/interop.md)
 * mbedtls_peer version */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/dhm.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int words;
static char **word;

static const char *option(const char *name) {
  const size_t length = strlen(name);
  for (int i = 2; i < words; i++) {
    if (strncmp(word[i], name, length) == 0 && word[i][length] == '=') return word[i] + length + 1;
  }
  return NULL;
}

static void fail(const char *what, int status) {
  char text[200];
  mbedtls_strerror(status, text, sizeof text);
  printf("ERROR %s: %s\n", what, text);
  exit(1);
}

static void check(int status, const char *what) {
  if (status != 0) fail(what, status);
}

static mbedtls_ssl_config config;
static mbedtls_x509_crt own, authorities;
static mbedtls_pk_context key;
static mbedtls_dhm_context group;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context generator;
static mbedtls_ssl_cache_context cache;
static mbedtls_ssl_ticket_context tickets;
static mbedtls_ssl_session kept;
static int is_kept;
static const char *protocols[8];
static int suites[2];

static void allow_old_certificates(void) {
  static mbedtls_x509_crt_profile everything;
  everything.allowed_mds = everything.allowed_pks = everything.allowed_curves = 0x0fffffff;
  everything.rsa_min_bitlen = 512;
  mbedtls_ssl_conf_cert_profile(&config, &everything);
}

static int on(const char *name) { return option(name) != NULL; }

static void configure_protocols(void) {
  if (!on("alpn")) return;
  char *text = strdup(option("alpn"));
  int count = 0;
  for (char *part = strtok(text, ","); part != NULL && count < 7; part = strtok(NULL, ",")) {
    protocols[count++] = part;
  }
  check(mbedtls_ssl_conf_alpn_protocols(&config, protocols), "protocols");
}

static void configure_sessions(int is_server) {
  mbedtls_ssl_conf_session_tickets(&config, on("tickets") ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                          : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
  mbedtls_ssl_session_init(&kept);
  if (!is_server) return;
  if (on("tickets")) {
    mbedtls_ssl_ticket_init(&tickets);
    check(mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &generator, MBEDTLS_CIPHER_AES_256_GCM, 86400),
          "tickets");
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
  } else if (on("resume")) {
    mbedtls_ssl_cache_init(&cache);
    mbedtls_ssl_conf_session_cache(&config, &cache, mbedtls_ssl_cache_get, mbedtls_ssl_cache_set);
  }
}

static void configure_abilities(int is_server) {
  configure_protocols();
  configure_sessions(is_server);
  mbedtls_ssl_conf_renegotiation(&config, on("renegotiation") ? MBEDTLS_SSL_RENEGOTIATION_ENABLED
                                                              : MBEDTLS_SSL_RENEGOTIATION_DISABLED);
  if (on("higher")) mbedtls_ssl_conf_max_version(&config, 3, MBEDTLS_SSL_MINOR_VERSION_3);
  if (!is_server && on("fallback")) mbedtls_ssl_conf_fallback(&config, MBEDTLS_SSL_IS_FALLBACK);
  if (!is_server && on("fragment")) {
    check(mbedtls_ssl_conf_max_frag_len(&config, MBEDTLS_SSL_MAX_FRAG_LEN_1024), "fragment length");
  }
  if (on("ca") && mbedtls_x509_crt_parse_file(&authorities, option("ca")) < 0) fail("authorities", 0);
}

static void configure(int is_server) {
  mbedtls_entropy_init(&entropy);
  mbedtls_ctr_drbg_init(&generator);
  mbedtls_ssl_config_init(&config);
  mbedtls_x509_crt_init(&own);
  mbedtls_x509_crt_init(&authorities);
  mbedtls_pk_init(&key);
  mbedtls_dhm_init(&group);
  check(mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, NULL, 0), "random");
  check(mbedtls_ssl_config_defaults(&config, is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
        "defaults");
  mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &generator);
  mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
  mbedtls_ssl_conf_min_version(&config, 3, MBEDTLS_SSL_MINOR_VERSION_1);
  mbedtls_ssl_conf_max_version(&config, 3, MBEDTLS_SSL_MINOR_VERSION_1);
  mbedtls_ssl_conf_arc4_support(&config, MBEDTLS_SSL_ARC4_ENABLED);
  mbedtls_ssl_conf_dhm_min_bitlen(&config, 512);
  suites[0] = (int)strtol(option("suite"), NULL, 16);
  mbedtls_ssl_conf_ciphersuites(&config, suites);
  allow_old_certificates();
  if (option("key") != NULL) {
    check(mbedtls_x509_crt_parse_file(&own, option("certificate")), "certificate");
    check(mbedtls_pk_parse_keyfile(&key, option("key"), NULL), "key");
    check(mbedtls_ssl_conf_own_cert(&config, &own, &key), "certificate and key");
  }
  if (is_server && option("group") != NULL) {
    check(mbedtls_dhm_parse_dhmfile(&group, option("group")), "group");
    check(mbedtls_ssl_conf_dh_param_ctx(&config, &group), "group");
  }
  /* Parsing counts those that it cannot read, which are the ones with a DSA key. */
  configure_abilities(is_server);
  if (option("request_certificate") != NULL) {
    mbedtls_ssl_conf_ca_chain(&config, &authorities, NULL);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
  }
}

static unsigned char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("payload", 0);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  unsigned char *data = malloc(*size);
  if (data == NULL || fread(data, 1, *size, file) != *size) fail("payload", 0);
  fclose(file);
  return data;
}

static void write_all(mbedtls_ssl_context *tls, const unsigned char *data, size_t size) {
  while (size > 0) {
    const int written = mbedtls_ssl_write(tls, data, size);
    if (written <= 0) fail("write", written);
    data += written;
    size -= (size_t)written;
  }
}

/* receive reads to the end, or to that many bytes if a number is given. */
static size_t receive(mbedtls_ssl_context *tls, unsigned char *hash, size_t expected) {
  unsigned char buffer[16384];
  size_t received = 0;
  mbedtls_sha256_context sum;
  mbedtls_sha256_init(&sum);
  check(mbedtls_sha256_starts_ret(&sum, 0), "hash");
  while (expected == 0 || received < expected) {
    const int count = mbedtls_ssl_read(tls, buffer, sizeof buffer);
    if (count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY && expected == 0) break;
    if (count <= 0) fail("read", count);  /* an end without close_notify is an error of its own */
    check(mbedtls_sha256_update_ret(&sum, buffer, (size_t)count), "hash");
    received += (size_t)count;
  }
  check(mbedtls_sha256_finish_ret(&sum, hash), "hash");
  return received;
}

static void shake_hands(mbedtls_ssl_context *tls) {
  check(mbedtls_ssl_handshake(tls), "handshake");
  if (!on("renegotiate")) return;
  if (on("demand")) {
    mbedtls_ssl_conf_ca_chain(&config, &authorities, NULL);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
  }
  /* Of a server it is HelloRequest; the rest is done while reading. */
  check(mbedtls_ssl_renegotiate(tls), "renegotiation");
}

/* converse is one connection: the client speaks first. */
static void converse(mbedtls_net_context *socket, int is_server) {
  size_t size, expected = is_server ? strtoul(option("expect"), NULL, 10) : 0;
  unsigned char hash[32], *payload = read_file(option("send"), &size);
  mbedtls_ssl_context tls;
  mbedtls_ssl_init(&tls);
  check(mbedtls_ssl_setup(&tls, &config), "setup");
  mbedtls_ssl_set_bio(&tls, socket, mbedtls_net_send, mbedtls_net_recv, NULL);
  if (!is_server) check(mbedtls_ssl_set_hostname(&tls, option("server_name")), "name");
  if (!is_server && is_kept) check(mbedtls_ssl_set_session(&tls, &kept), "session");
  shake_hands(&tls);
  if (!is_server && on("resume")) {
    check(mbedtls_ssl_get_session(&tls, &kept), "session");
    is_kept = 1;
  }
  if (!is_server) write_all(&tls, payload, size);
  const size_t received = receive(&tls, hash, expected);
  if (is_server) write_all(&tls, payload, size);
  const int suite = mbedtls_ssl_get_ciphersuite_id(mbedtls_ssl_get_ciphersuite(&tls));
  const int shown = mbedtls_ssl_get_peer_cert(&tls) != NULL;
  check(mbedtls_ssl_close_notify(&tls), "close");
  unsigned char rest[64];
  if (is_server && mbedtls_ssl_read(&tls, rest, sizeof rest) != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
    fail("no close_notify", 0);
  }
  printf("RESULT version=%s suite=%04x certificate=%s received=%zu",
         strcmp(mbedtls_ssl_get_version(&tls), "TLSv1.0") == 0 ? "tls1" : "other", (unsigned)suite,
         shown ? "yes" : "no", received);
  const char *protocol = mbedtls_ssl_get_alpn_protocol(&tls);
  if (on("alpn")) printf(" alpn=%s", protocol != NULL ? protocol : "none");
  printf(" sha256=");
  for (size_t i = 0; i < sizeof hash; i++) printf("%02x", hash[i]);
  printf(" end=clean\n");
  mbedtls_ssl_free(&tls);
  free(payload);
}

static int connections(void) { return on("connections") ? atoi(option("connections")) : 1; }

static void serve(void) {
  mbedtls_net_context listener, client;
  mbedtls_net_init(&listener);
  mbedtls_net_init(&client);
  check(mbedtls_net_bind(&listener, "127.0.0.1", option("port"), MBEDTLS_NET_PROTO_TCP), "bind");
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  if (getsockname(listener.fd, (struct sockaddr *)&address, &length) != 0) fail("port", 0);
  printf("LISTENING %d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (int i = 0; i < connections(); i++) {
    check(mbedtls_net_accept(&listener, &client, NULL, 0, NULL), "accept");
    converse(&client, 1);
    mbedtls_net_free(&client);
  }
}

int main(int count, char **arguments) {
  words = count;
  word = arguments;
  if (count < 3) {
    char text[32];
    mbedtls_version_get_string_full(text);
    puts(text);
    return 0;
  }
  const int is_server = strcmp(arguments[1], "server") == 0;
  configure(is_server);
  if (is_server) {
    serve();
    return 0;
  }
  for (int i = 0; i < connections(); i++) {
    mbedtls_net_context server;
    mbedtls_net_init(&server);
    check(mbedtls_net_connect(&server, "127.0.0.1", option("port"), MBEDTLS_NET_PROTO_TCP), "connect");
    converse(&server, 0);
    mbedtls_net_free(&server);
  }
  return 0;
}
