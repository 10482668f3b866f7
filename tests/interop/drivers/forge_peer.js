// node-forge (TLS 1.0 in plain JavaScript, without RFC 5746) as TLS peer.
//
// FORGE=DIRECTORY node forge_peer.js client|server key=value...      (contract: docs/interop.md)
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const net = require('net');
const forge = require(process.env.FORGE);

const role = process.argv[2];
const options = {};
for (const argument of process.argv.slice(3)) {
  const at = argument.indexOf('=');
  options[argument.slice(0, at)] = argument.slice(at + 1);
}
const suite = Object.values(forge.tls.CipherSuites)
  .find((each) => ((each.id[0] << 8) | each.id[1]) === parseInt(options.suite, 16));
const payload = fs.readFileSync(options.send);
const connections = Number(options.connections || 1);
const cache = forge.tls.createSessionCache({}, 10);
let finished = 0;

function fail(text) {
  fs.writeSync(1, 'ERROR ' + text + '\n');
  process.exit(1);
}

// begin runs one connection on a socket and calls done with the session id at its end.
function begin(socket, sessionId, done) {
  const hash = crypto.createHash('sha256');
  let received = 0;
  let ended = false;
  const end = (connection) => {
    if (ended) return;
    ended = true;
    fs.writeSync(1, `RESULT version=tls1 suite=${options.suite} certificate=unknown ` +
      `received=${received} sha256=${hash.digest('hex')}\n`);
    socket.end();
    finished += 1;
    done(connection.session && connection.session.id);
  };
  const connection = forge.tls.createConnection({
    server: role === 'server',
    cipherSuites: [suite],
    sessionCache: cache,
    sessionId: sessionId,
    version: { major: 3, minor: 1 },
    caStore: [],
    verify: () => true,
    virtualHost: role === 'client' && options.server_name || null,
    getCertificate: () => options.certificate && fs.readFileSync(options.certificate, 'ascii'),
    getPrivateKey: () => options.key && fs.readFileSync(options.key, 'ascii'),
    connected: (c) => { if (role === 'client') c.prepare(payload.toString('binary')); },
    tlsDataReady: (c) => socket.write(Buffer.from(c.tlsData.getBytes(), 'binary')),
    dataReady: (c) => {
      const chunk = Buffer.from(c.data.getBytes(), 'binary');
      received += chunk.length;
      hash.update(chunk);
      if (role !== 'server' || received !== Number(options.expect)) return;
      c.prepare(payload.toString('binary'));
      c.close();
    },
    closed: end,
    // After our close, its own close_notify handling objects to that of the peer.
    error: (c, error) => { if (!ended) fail(error.message); }
  });
  socket.on('data', (chunk) => connection.process(chunk.toString('binary')));
  socket.on('error', (error) => { if (!ended) fail(error.message); });
  socket.on('end', () => { if (!ended) fail('the socket ended without close_notify'); });
  return connection;
}

function serve() {
  const server = net.createServer((socket) => begin(socket, null, () => {
    if (finished === connections) server.close();
  }));
  server.listen(Number(options.port), '127.0.0.1', () => {
    fs.writeSync(1, `LISTENING ${server.address().port}\n`);
  });
}

function connect(sessionId) {
  const socket = net.connect(Number(options.port), '127.0.0.1', () => {
    begin(socket, sessionId, (id) => {
      if (finished < connections) connect(options.resume ? id : null);
    }).handshake(sessionId);
  });
  socket.on('error', (error) => fail(error.message));
}

if (role === 'server') serve(); else connect(null);
