// Bouncy Castle's own TLS code (not its JSSE face) as TLS peer.
//
// java -cp CLASSES:bcprov.jar:bctls.jar:bcutil.jar BouncyCastlePeer client|server key=value...
// (contract: docs/interop.md); with the word jobs alone, a line for each job
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Vector;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatus;
import org.bouncycastle.tls.CertificateStatusType;
import org.bouncycastle.tls.ChannelBinding;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.MaxFragmentLength;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.RenegotiationPolicy;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedDecryptor;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsDHGroupVerifier;
import org.bouncycastle.tls.TlsExtensionsUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsServerProtocol;
import org.bouncycastle.tls.TlsSession;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.bouncycastle.tls.crypto.impl.jcajce.JceDefaultTlsCredentialedDecryptor;

public final class BouncyCastlePeer {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final Map<String, String> options = new HashMap<>();
  private static JcaTlsCrypto crypto;
  private static PrivateKey key;
  private static java.security.cert.Certificate[] chain;
  private static TlsSession kept;
  private static boolean clientShown;
  private static boolean staple;
  private static String told;

  public static void main(String[] arguments) throws Exception {
    crypto = new JcaTlsCryptoProvider().setProvider(new BouncyCastleProvider())
        .create(new SecureRandom());
    if (!arguments[0].equals("jobs")) {
      System.exit(run(arguments));
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println("ENDED " + run(line.split(" ")));
    }
    System.exit(0);
  }

  private static int run(String[] arguments) {
    options.clear();
    key = null;
    kept = null;
    clientShown = false;
    staple = false;
    told = "";
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      int at = argument.indexOf('=');
      options.put(argument.substring(0, at), argument.substring(at + 1));
    }
    try {
      loadKey();
      if (arguments[0].equals("server")) {
        serve();
      } else {
        connect();
      }
      return 0;
    } catch (Exception error) {
      System.out.println("ERROR " + error);
      return 1;
    }
  }

  private static void loadKey() throws Exception {
    if (!options.containsKey("pkcs12")) {
      return;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(options.get("pkcs12"))) {
      store.load(in, PASSWORD);
    }
    String alias = store.aliases().nextElement();
    key = (PrivateKey) store.getKey(alias, PASSWORD);
    chain = store.getCertificateChain(alias);
  }

  private static ProtocolVersion[] versions() {
    if (options.containsKey("higher")) {
      return ProtocolVersion.TLSv12.downTo(ProtocolVersion.SSLv3);
    }
    return options.get("version").equals("ssl3") ? ProtocolVersion.SSLv3.only()
                                                 : ProtocolVersion.TLSv10.only();
  }

  private static int[] suites() {
    return new int[] {Integer.parseInt(options.get("suite"), 16)};
  }

  private static Certificate certificate() throws IOException {
    List<TlsCertificate> list = new ArrayList<>();
    try {
      for (java.security.cert.Certificate each : chain) {
        list.add(crypto.createCertificate(each.getEncoded()));
      }
    } catch (java.security.cert.CertificateEncodingException error) {
      throw new IOException(error);
    }
    return new Certificate(list.toArray(new TlsCertificate[0]));
  }

  private static TlsCredentialedSigner signer(TlsContext context) throws IOException {
    return new JcaDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, key,
        certificate(), null);
  }

  private static String result(TlsContext context, boolean certificate, byte[] received)
      throws Exception {
    String version = context.getServerVersion().isSSL() ? "ssl3" : "tls1";
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(received);
    int suite = context.getSecurityParametersConnection().getCipherSuite();
    return String.format("RESULT version=%s suite=%04x certificate=%s%s received=%d sha256=%s",
        version, suite, certificate ? "yes" : "no", told, received.length,
        HexFormat.of().formatHex(hash));
  }

  /** What it can tell beyond the suite, as more words, as long as it knows: at the end of a handshake. */
  private static String abilities(TlsContext context) {
    SecurityParameters parameters = context.getSecurityParametersConnection();
    String told = " resumed=" + word(parameters.isResumedSession())
        + " ems=" + word(parameters.isExtendedMasterSecret())
        + " etm=" + word(parameters.isEncryptThenMAC())
        + " secure=" + word(parameters.isSecureRenegotiation())
        + " staple=" + word(staple);
    if (options.containsKey("alpn")) {
      told += " alpn=" + (parameters.isApplicationProtocolSet()
          ? parameters.getApplicationProtocol().getUtf8Decoding() : "none");
    }
    if (options.containsKey("server_name") && context.isServer()) {
      Vector<?> asked = parameters.getClientServerNames();
      told += " server_name=" + (asked == null ? "none"
          : new String(((ServerName) asked.get(0)).getNameData(), StandardCharsets.US_ASCII));
    }
    byte[] unique = context.exportChannelBinding(ChannelBinding.tls_unique);
    if (unique != null) {
      told += " unique=" + HexFormat.of().formatHex(unique);
    }
    if (options.containsKey("exporter")) {
      told += " exporter=" + HexFormat.of().formatHex(
          context.exportKeyingMaterial(options.get("exporter"), null, 32));
    }
    return told;
  }

  private static String word(boolean value) { return value ? "yes" : "no"; }

  private static Vector<ProtocolName> protocolNames() {
    if (!options.containsKey("alpn")) {
      return null;
    }
    Vector<ProtocolName> names = new Vector<>();
    for (String name : options.get("alpn").split(",")) {
      names.add(ProtocolName.asUtf8Encoding(name));
    }
    return names;
  }

  private static int renegotiationPolicy() {
    return options.containsKey("renegotiation") ? RenegotiationPolicy.ACCEPT
                                                : RenegotiationPolicy.DENY;
  }

  /** Server answers with the one version and the one suite of this cell. */
  private static final class Server extends DefaultTlsServer {
    Server() { super(crypto); }

    TlsContext context() { return context; }

    @Override protected ProtocolVersion[] getSupportedVersions() { return versions(); }

    @Override protected int[] getSupportedCipherSuites() { return suites(); }

    @Override protected TlsCredentialedDecryptor getRSAEncryptionCredentials()
        throws IOException {
      return new JceDefaultTlsCredentialedDecryptor(crypto, certificate(), key);
    }

    @Override protected TlsCredentialedSigner getRSASignerCredentials() throws IOException {
      return signer(context);
    }

    @Override protected TlsCredentialedSigner getDSASignerCredentials() throws IOException {
      return signer(context);
    }

    @Override protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
      return signer(context);
    }

    @Override public CertificateRequest getCertificateRequest() {
      if (!options.containsKey("request_certificate")) {
        return null;
      }
      return new CertificateRequest(new short[] {ClientCertificateType.rsa_sign,
          ClientCertificateType.dss_sign, ClientCertificateType.ecdsa_sign}, null, null);
    }

    @Override protected Vector<ProtocolName> getProtocolNames() { return protocolNames(); }

    @Override public int getRenegotiationPolicy() { return renegotiationPolicy(); }

    @Override public CertificateStatus getCertificateStatus() throws IOException {
      return !options.containsKey("staple") ? null
          : new CertificateStatus(CertificateStatusType.ocsp, OCSPResponse.getInstance(
              Files.readAllBytes(Path.of(options.get("staple")))));
    }

    @Override public byte[] getNewSessionID() {
      return options.containsKey("resume") ? crypto.createNonceGenerator(null).generateNonce(32)
                                           : null;
    }

    @Override public TlsSession getSessionToResume(byte[] id) {
      return kept != null && java.util.Arrays.equals(kept.getSessionID(), id) ? kept : null;
    }

    @Override public void notifyHandshakeComplete() throws IOException {
      super.notifyHandshakeComplete();
      kept = options.containsKey("resume") ? context.getSession() : null;
      told = abilities(context);
    }

    /** Without this it refuses every client that does not signal RFC 5746. */
    @Override public void notifySecureRenegotiation(boolean isSecure) {}

    @Override public void notifyClientCertificate(Certificate shown) {
      clientShown = !shown.isEmpty();
    }
  }

  private static final class Client extends DefaultTlsClient {
    Client() { super(crypto); }

    TlsContext context() { return context; }

    @Override protected ProtocolVersion[] getSupportedVersions() { return versions(); }

    @Override protected int[] getSupportedCipherSuites() { return suites(); }

    @Override public boolean shouldUseExtendedMasterSecret() {
      return options.containsKey("ems") || options.containsKey("exporter");
    }

    @Override protected Vector<ProtocolName> getProtocolNames() { return protocolNames(); }

    @Override public int getRenegotiationPolicy() { return renegotiationPolicy(); }

    @Override public boolean isFallback() { return options.containsKey("fallback"); }

    @Override protected Vector<ServerName> getSNIServerNames() {
      return !options.containsKey("server_name") ? null
          : new Vector<>(List.of(new ServerName(NameType.host_name,
              options.get("server_name").getBytes(StandardCharsets.US_ASCII))));
    }

    @Override @SuppressWarnings("unchecked") public Hashtable<Integer, byte[]> getClientExtensions()
        throws IOException {
      Hashtable<Integer, byte[]> extensions = super.getClientExtensions();
      if (options.containsKey("fragment")) {
        TlsExtensionsUtils.addMaxFragmentLengthExtension(extensions, MaxFragmentLength.pow2_10);
      }
      return extensions;
    }

    /** Its own wants one of the groups that it knows, of 2048 bits. */
    @Override public TlsDHGroupVerifier getDHGroupVerifier() { return group -> true; }

    @Override public TlsSession getSessionToResume() {
      return options.containsKey("resume") ? kept : null;
    }

    @Override public void notifyHandshakeComplete() throws IOException {
      super.notifyHandshakeComplete();
      kept = context.getSession();
      told = abilities(context);
    }

    @Override public TlsAuthentication getAuthentication() {
      return new TlsAuthentication() {
        @Override public void notifyServerCertificate(TlsServerCertificate shown) {
          staple = shown.getCertificateStatus() != null;
        }

        @Override public TlsCredentials getClientCredentials(CertificateRequest request)
            throws IOException {
          return key == null ? null : signer(context);
        }
      };
    }
  }

  private static void serve() throws Exception {
    try (ServerSocket listener = new ServerSocket(Integer.parseInt(options.get("port")), 10,
        InetAddress.getByName("127.0.0.1"))) {
      serve(listener);
    }
  }

  private static void serve(ServerSocket listener) throws Exception {
    System.out.println("LISTENING " + listener.getLocalPort());
    int connections = Integer.parseInt(options.getOrDefault("connections", "1"));
    for (int i = 0; i < connections; i++) {
      Socket socket = listener.accept();
      TlsServerProtocol protocol = new TlsServerProtocol(input(socket), output(socket));
      Server server = new Server();
      protocol.accept(server);
      byte[] received = protocol.getInputStream()
          .readNBytes(Integer.parseInt(options.get("expect")));
      String line = result(server.context(), clientShown, received);
      protocol.getOutputStream().write(Files.readAllBytes(Path.of(options.get("send"))));
      protocol.close();
      drain(socket);
      System.out.println(line);
    }
  }

  // The protocol objects close their streams right after close_notify; the socket has to outlive
  // that, so that the last record of the other side is not answered by a reset.
  private static InputStream input(Socket socket) throws IOException {
    return new FilterInputStream(socket.getInputStream()) {
      @Override public void close() {}
    };
  }

  private static OutputStream output(Socket socket) throws IOException {
    return new FilterOutputStream(socket.getOutputStream()) {
      @Override public void write(byte[] data, int at, int length) throws IOException {
        out.write(data, at, length);
      }

      @Override public void close() {}
    };
  }

  /** drain waits for the peer to close. */
  private static void drain(Socket socket) throws IOException {
    socket.shutdownOutput();
    socket.setSoTimeout(5000);
    InputStream in = socket.getInputStream();
    while (in.read() >= 0) {
      // The close_notify of the other side.
    }
    socket.close();
  }

  private static void connect() throws Exception {
    byte[] request = Files.readAllBytes(Path.of(options.get("send")));
    int connections = Integer.parseInt(options.getOrDefault("connections", "1"));
    for (int i = 0; i < connections; i++) {
      Socket socket = new Socket("127.0.0.1", Integer.parseInt(options.get("port")));
      TlsClientProtocol protocol = new TlsClientProtocol(input(socket), output(socket));
      Client client = new Client();
      protocol.connect(client);
      protocol.getOutputStream().write(request);
      byte[] reply = protocol.getInputStream().readAllBytes();  // a missing close_notify throws
      System.out.println(result(client.context(), true, reply) + " end=clean");
      protocol.close();
      drain(socket);
    }
  }
}
