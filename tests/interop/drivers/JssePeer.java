// OpenJDK's JSSE as TLS peer.
//
// java -cp CLASSES JssePeer client|server key=value...      (contract: docs/interop.md)
// java -cp CLASSES JssePeer jobs                            the same words, a line for each job
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

public final class JssePeer {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final Map<String, String> options = new HashMap<>();

  /** Judge accepts every certificate: this is interoperability, not security. */
  private static final class Judge extends X509ExtendedTrustManager {
    private final X509Certificate[] issuers;

    Judge(X509Certificate[] issuers) { this.issuers = issuers; }

    @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}
    @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}
    @Override public void checkClientTrusted(X509Certificate[] c, String t, Socket s) {}
    @Override public void checkServerTrusted(X509Certificate[] c, String t, Socket s) {}
    @Override public void checkClientTrusted(X509Certificate[] c, String t, SSLEngine e) {}
    @Override public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine e) {}
    @Override public X509Certificate[] getAcceptedIssuers() { return issuers; }
  }

  public static void main(String[] arguments) throws Exception {
    // These are read when the first TLS class is initialised.
    Security.setProperty("jdk.tls.disabledAlgorithms", "");
    Security.setProperty("jdk.certpath.disabledAlgorithms", "");
    Security.setProperty("jdk.tls.legacyAlgorithms", "");
    // Without the extended master secret, which SSL 3.0 cannot have, this JDK resumes nothing
    // unless it is told not to care.
    unlessGiven("jdk.tls.useExtendedMasterSecret", "false");
    // Its own first choice, where no extension names any, is one that no client of these versions knows.
    System.setProperty("jdk.tls.namedGroups", "secp256r1,secp384r1,secp521r1");
    unlessGiven("jdk.tls.server.enableSessionTicketExtension", "false");
    unlessGiven("jdk.tls.client.enableSessionTicketExtension", "false");
    unlessGiven("jdk.tls.client.enableStatusRequestExtension", "false");
    if (!arguments[0].equals("jobs")) {
      System.exit(run(arguments));
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println("ENDED " + run(line.split(" ")));
    }
    System.exit(0);
  }

  private static void unlessGiven(String property, String value) {
    System.setProperty(property, System.getProperty(property, value));
  }

  private static int run(String[] arguments) {
    options.clear();
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      int at = argument.indexOf('=');
      options.put(argument.substring(0, at), argument.substring(at + 1));
    }
    try {
      SSLContext context = context();
      if (arguments[0].equals("server")) {
        serve(context);
      } else {
        connect(context);
      }
      return 0;
    } catch (Exception error) {
      System.out.println("ERROR " + error);
      return 1;
    }
  }

  private static SSLContext context() throws Exception {
    KeyManager[] keys = null;
    if (options.containsKey("pkcs12")) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = new FileInputStream(options.get("pkcs12"))) {
        store.load(in, PASSWORD);
      }
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(store, PASSWORD);
      keys = factory.getKeyManagers();
    }
    List<X509Certificate> issuers = new ArrayList<>();
    if (options.containsKey("ca")) {
      var factory = java.security.cert.CertificateFactory.getInstance("X.509");
      try (InputStream in = new FileInputStream(options.get("ca"))) {
        for (var each : factory.generateCertificates(in)) {
          issuers.add((X509Certificate) each);
        }
      }
    }
    SSLContext context = SSLContext.getInstance("TLS");
    Judge judge = new Judge(issuers.toArray(new X509Certificate[0]));
    context.init(keys, new TrustManager[] {judge}, null);
    return context;
  }

  private static void configure(SSLParameters parameters, String[] supported) {
    List<String> protocols = new ArrayList<>();
    for (String version : options.get("version").split(",")) {
      protocols.add(Map.of("ssl3", "SSLv3", "tls1", "TLSv1", "tls1.2", "TLSv1.2").get(version));
    }
    if (options.containsKey("sslv2_hello")) {
      protocols.add("SSLv2Hello");
    }
    parameters.setProtocols(protocols.toArray(new String[0]));
    // The JDK spells the oldest names SSL_..., the registry TLS_...
    List<String> suites = new ArrayList<>();
    for (String name : options.get("name").split(",")) {
      for (String candidate : supported) {
        if (candidate.substring(4).equals(name.substring(4))) {
          suites.add(candidate);
        }
      }
    }
    parameters.setCipherSuites(suites.toArray(new String[0]));
    if (options.containsKey("alpn")) {
      parameters.setApplicationProtocols(options.get("alpn").split(","));
    }
    if (options.containsKey("fragment")) {
      // It asks for the greatest fragment that fits in such a packet.
      parameters.setMaximumPacketSize(Integer.parseInt(options.get("fragment")) + 400);
    }
  }

  private static String facts(SSLSocket socket, String resumed) {
    SSLSession session = socket.getSession();
    String shown = "yes";
    try {
      session.getPeerCertificates();
    } catch (SSLPeerUnverifiedException none) {
      shown = "no";
    }
    String version = session.getProtocol().equals("SSLv3") ? "ssl3" : "tls1";
    return "RESULT version=" + version + " suite=" + session.getCipherSuite() + " resumed="
        + resumed + " certificate=" + shown + abilities(socket, (ExtendedSSLSession) session);
  }

  private static String abilities(SSLSocket socket, ExtendedSSLSession session) {
    String told = "";
    if (options.containsKey("alpn")) {
      String chosen = socket.getApplicationProtocol();
      told += " alpn=" + (chosen == null || chosen.isEmpty() ? "none" : chosen);
    }
    if (options.containsKey("server_name")) {
      List<SNIServerName> asked = session.getRequestedServerNames();
      told += " server_name="
          + (asked.isEmpty() ? "none" : ((SNIHostName) asked.get(0)).getAsciiName());
    }
    if (options.containsKey("staple") && socket.getUseClientMode()) {
      told += " staple=" + (session.getStatusResponses().isEmpty() ? "no" : "yes");
    }
    return told;
  }

  private static String summary(byte[] received) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(received);
    return " received=" + received.length + " sha256=" + HexFormat.of().formatHex(hash);
  }

  private static void serve(SSLContext context) throws Exception {
    try (SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
        .createServerSocket(Integer.parseInt(options.get("port")), 50,
            InetAddress.getByName("127.0.0.1"))) {
      serve(listener);
    }
  }

  private static void serve(SSLServerSocket listener) throws Exception {
    SSLParameters parameters = listener.getSSLParameters();
    configure(parameters, listener.getSupportedCipherSuites());
    if (options.containsKey("request_certificate")) {
      parameters.setNeedClientAuth(true);
    }
    listener.setSSLParameters(parameters);
    System.out.println("LISTENING " + listener.getLocalPort());
    if (options.containsKey("backend")) {
      forwardAll(listener);
    }
    int connections = Integer.parseInt(options.getOrDefault("connections", "1"));
    for (int i = 0; i < connections; i++) {
      exchangeAsServer((SSLSocket) listener.accept());
    }
  }

  private static void exchangeAsServer(SSLSocket socket) throws Exception {
    socket.setSoTimeout(20000);
    socket.startHandshake();
    if (options.containsKey("renegotiate")) {
      if (options.containsKey("demand")) {
        socket.setNeedClientAuth(true);
      }
      socket.startHandshake();  // asks; the rest happens while reading
    }
    InputStream in = socket.getInputStream();
    byte[] received = in.readNBytes(Integer.parseInt(options.get("expect")));
    String result = facts(socket, "unknown") + summary(received);
    OutputStream out = socket.getOutputStream();
    out.write(Files.readAllBytes(Path.of(options.get("send"))));
    out.flush();
    socket.shutdownOutput();
    String end = in.read() < 0 ? "clean" : "more";  // a missing close_notify throws
    System.out.println(result + " end=" + end);
    socket.close();
  }

  private static void forwardAll(SSLServerSocket listener) throws IOException {
    int at = options.get("backend").lastIndexOf(':');
    String host = options.get("backend").substring(0, at);
    int port = Integer.parseInt(options.get("backend").substring(at + 1));
    while (true) {
      SSLSocket front = (SSLSocket) listener.accept();
      new Thread(() -> {
        try {
          front.startHandshake();
          Socket back = new Socket(host, port);
          Thread up = new Thread(() -> pump(front, back));
          up.start();
          pump(back, front);
          up.join();
          back.close();
          front.close();
        } catch (Exception refused) {
          try {
            front.close();
          } catch (IOException ignored) {
            // Already gone.
          }
        }
      }).start();
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException ended) {
      // The other direction notices.
    }
  }

  private static void connect(SSLContext context) throws Exception {
    byte[] request = Files.readAllBytes(Path.of(options.get("send")));
    int connections = Integer.parseInt(options.getOrDefault("connections", "1"));
    long created = 0;
    for (int i = 0; i < connections; i++) {
      SSLSocket socket = (SSLSocket) context.getSocketFactory()
          .createSocket("127.0.0.1", Integer.parseInt(options.get("port")));
      SSLParameters parameters = socket.getSSLParameters();
      configure(parameters, socket.getSupportedCipherSuites());
      if (options.containsKey("server_name")) {
        parameters.setServerNames(List.of(new SNIHostName(options.get("server_name"))));
      }
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(20000);
      socket.startHandshake();
      if (options.containsKey("renegotiate")) {
        socket.getSession().invalidate();
        socket.startHandshake();
      }
      String resumed = socket.getSession().getCreationTime() == created ? "yes" : "no";
      created = socket.getSession().getCreationTime();
      OutputStream out = socket.getOutputStream();
      out.write(request);
      out.flush();
      byte[] reply = socket.getInputStream().readAllBytes();  // a missing close_notify throws
      System.out.println(facts(socket, resumed) + summary(reply) + " end=clean");
      socket.close();
    }
  }
}
