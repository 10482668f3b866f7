// Pike's own SSL code as TLS peer.
//
// pike8.0 pike_peer.pike client|server key=value...      (contract: docs/interop.md)
// pike8.0 pike_peer.pike jobs                            the same words, a line for each job
mapping(string:string) options = ([]);

string from_pem(string file, string kind) {
  foreach (Standards.PEM.Messages(Stdio.read_file(file))->fragments, mixed part)
    if (objectp(part) && has_suffix(part->pre, kind)) return part->body;
  error("no %s in %s\n", kind, file);
}

// Pike reads PKCS#8 of RSA and elliptic curves; that of DSA is (0, (oid, (p, q, g)), x).
mixed read_key(string der) {
  mixed key = Standards.PKCS.RSA.parse_private_key(der) || Standards.X509.parse_private_key(der);
  if (key) return key;
  array parts = Standards.ASN1.Decode.simple_der_decode(der)->elements;
  array(object) group = parts[1]->elements[1]->elements->value;
  object secret = Standards.ASN1.Decode.simple_der_decode(parts[2]->value)->value;
  key = Crypto.DSA();
  key->set_public_key(@group, Gmp.mpz(group[2])->powm(secret, group[0]));
  key->set_private_key(secret);
  return key;
}

SSL.Context make_context() {
  SSL.Context context = SSL.Context();
  mapping(string:int) versions = ([ "ssl3": SSL.Constants.PROTOCOL_SSL_3_0,
                                    "tls1": SSL.Constants.PROTOCOL_TLS_1_0 ]);
  array(string) allowed = options->version / ",";
  context->min_version = versions[allowed[0]];
  context->max_version = options->higher ? SSL.Constants.PROTOCOL_TLS_1_2 : versions[allowed[-1]];
  context->preferred_suites = ({ });
  foreach (options->suite / ",", string number) {
    int suite;
    sscanf(number, "%x", suite);
    context->preferred_suites += ({ suite });
  }
  if (options->deflate)
    context->preferred_compressors =
      ({ SSL.Constants.COMPRESSION_deflate, SSL.Constants.COMPRESSION_null });
  if (options->alpn) context->advertised_protocols = options->alpn / ",";
  if (options->group) {
    // PKCS#3: (p, g); p is a safe prime. Its own would be of 2048 bits in exportable suites too.
    string der = from_pem(options->group, "DH PARAMETERS");
    array(Gmp.mpz) numbers = Standards.ASN1.Decode.simple_der_decode(der)->elements->value;
    context->dh_groups = ({ Crypto.DH.Parameters(numbers[0], numbers[1], numbers[0] / 2) });
  }
  if (options->key) {
    mixed key = read_key(from_pem(options->key, "PRIVATE KEY"));
    array(string) chain = ({ from_pem(options->certificate, "CERTIFICATE") });
    context->add_cert(key, chain, ({ "*" }));
  }
  return context;
}

string facts(SSL.File file, string resumed) {
  string version = ([ SSL.Constants.PROTOCOL_SSL_3_0: "ssl3",
                      SSL.Constants.PROTOCOL_TLS_1_0: "tls1" ])[file->query_version()];
  string told = sprintf("version=%s suite=%04x resumed=%s certificate=%s", version, file->query_suite(),
                        resumed, sizeof(file->get_peer_certificates() || ({ })) ? "yes" : "no");
  if (options->alpn) told += " alpn=" + (file->query_application_protocol() || "none");
  return told;
}

string summary(string received) {
  return sprintf("received=%d sha256=%s", sizeof(received),
                 String.string2hex(Crypto.SHA256.hash(received)));
}

void serve(SSL.Context context, string payload) {
  Stdio.Port port = Stdio.Port((int)options->port, 0, "127.0.0.1");
  write("LISTENING %s\n", (port->query_address() / " ")[1]);
  // A handshake with whoever comes, and no word after it; what fails concerns the other side.
  while (options->forever) {
    catch {
      SSL.File file = SSL.File(port->accept(), context);
      file->set_blocking();
      if (file->accept()) file->close();
    };
  }
  for (int i = 0; i < (int)(options->connections || "1"); i++) {
    SSL.File file = SSL.File(port->accept(), context);
    file->set_blocking();
    if (!file->accept()) error("handshake failed\n");
    if (options->renegotiate) file->renegotiate();
    string received = file->read((int)options->expect);
    file->write(payload);
    write("RESULT %s %s\n", facts(file, "unknown"), summary(received));
    file->close();
  }
}

void connect(SSL.Context context, string payload) {
  SSL.Session kept;
  for (int i = 0; i < (int)(options->connections || "1"); i++) {
    Stdio.File socket = Stdio.File();
    if (!socket->connect("127.0.0.1", (int)options->port)) error("cannot connect\n");
    SSL.File file = SSL.File(socket, context);
    file->set_blocking();
    SSL.Session session = file->connect(options->server_name, options->resume ? kept : 0);
    if (!session) error("handshake failed\n");
    kept = session;
    if (options->renegotiate) file->renegotiate();
    file->write(payload);
    string received = file->read();
    write("RESULT %s %s\n", facts(file, "unknown"), summary(received || ""));
    file->close();
  }
}

int run(array(string) arguments) {
  options = ([]);
  foreach (arguments[1..], string argument) {
    int at = search(argument, "=");
    options[argument[..at - 1]] = argument[at + 1..];
  }
  mixed failure = catch {
    SSL.Context context = make_context();
    string payload = Stdio.read_file(options->send);
    if (arguments[0] == "server") serve(context, payload);
    else connect(context, payload);
  };
  if (!failure) return 0;
  write("ERROR %s\n", replace(describe_error(failure), "\n", " "));
  return 1;
}

int main(int count, array(string) arguments) {
  if (arguments[1] != "jobs") return run(arguments[1..]);
  while (string line = Stdio.stdin->gets()) write("ENDED %d\n", run(line / " "));
  return 0;
}
