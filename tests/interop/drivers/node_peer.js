// An old Node (0.12: OpenSSL 1.0.1) as TLS peer. Written in ES5, because that is what it runs.
//
// node --enable-ssl3 node_peer.js client|server key=value...      (contract: docs/interop.md)
'use strict';
var crypto = require('crypto');
var constants = require('constants');
var fs = require('fs');
var net = require('net');
var tls = require('tls');

var role = process.argv[2];
var options = {};
process.argv.slice(3).forEach(function (argument) {
  var at = argument.indexOf('=');
  options[argument.slice(0, at)] = argument.slice(at + 1);
});

function say(line) { fs.writeSync(1, line + '\n'); }

function fail(error) {
  say('ERROR ' + String(error && error.message || error).replace(/\s+/g, ' '));
  process.exit(1);
}

process.on('uncaughtException', fail);

var methods = { 'ssl3': 'SSLv3_method', 'tls1': 'TLSv1_method', 'ssl3,tls1,tls1.2': 'SSLv23_method' };
var settings = {
  secureProtocol: methods[options.version],
  ciphers: options.cipher,
  rejectUnauthorized: false,
  honorCipherOrder: true
};
if (options.sslv2_hello) {
  // Only this method has such hellos, and sends one only if a kind of SSL 2.0 is offered with the suites.
  settings.secureProtocol = 'SSLv23_method';
  if (role === 'client') settings.ciphers += ':DES-CBC3-MD5';
}
if (options.higher) settings.secureProtocol = 'SSLv23_method';
if (options.server_name) settings.servername = options.server_name;
if (options.staple) settings.requestOCSP = true;
if (options.key) settings.key = fs.readFileSync(options.key);
if (options.certificate) settings.cert = fs.readFileSync(options.certificate);
// This Node reads one certificate of each.
if (options.ca) {
  settings.ca = fs.readFileSync(options.ca, 'ascii').match(/-----BEGIN[^]*?-----END.*/g);
}
if (options.group) settings.dhparam = fs.readFileSync(options.group);
if (options.no_ticket) settings.secureOptions = constants.SSL_OP_NO_TICKET;
if (options.request_certificate) settings.requestCert = true;

var connections = +(options.connections || 1);
var payload = options.send ? fs.readFileSync(options.send) : null;
var finished = 0;

function certificate_shown(socket) {
  var certificate = socket.getPeerCertificate();
  return certificate && certificate.subject ? 'yes' : 'no';
}

function report(socket, facts, hash, received) {
  say('RESULT ' + facts + ' received=' + received + ' sha256=' + hash.digest('hex'));
  finished += 1;
}

function facts_of(socket) {
  var facts = 'suite=' + socket.getCipher().name + ' resumed=' +
    (socket.isSessionReused() ? 'yes' : 'no') + ' certificate=' + certificate_shown(socket);
  if (options.server_name && role === 'server') facts += ' server_name=' + (socket.servername || 'none');
  if (options.staple) facts += ' staple=' + (socket.stapled ? 'yes' : 'no');
  return facts;
}

// renegotiate asks for another handshake, as server perhaps for a certificate in it.
function renegotiate(socket, done) {
  socket.renegotiate({ rejectUnauthorized: false, requestCert: !!options.demand }, function (error) {
    if (error) fail(error);
    done();
  });
}

// A server that finishes one request and reply per connection.
function exchange(socket) {
  var facts = facts_of(socket);
  if (options.renegotiate) renegotiate(socket, function () { facts = facts_of(socket); });
  var hash = crypto.createHash('sha256');
  var received = 0;
  socket.on('data', function (chunk) {
    received += chunk.length;
    hash.update(chunk);
    if (received === +options.expect) socket.end(payload);
  });
  socket.on('error', fail);
  socket.on('close', function () {
    report(socket, facts, hash, received);
    if (finished === connections) process.exit(0);
  });
}

// A TLS front of a plain back end, for web pages.
function forward(socket) {
  var at = options.backend.lastIndexOf(':');
  var plain = net.connect(+options.backend.slice(at + 1), options.backend.slice(0, at));
  socket.pipe(plain);
  plain.pipe(socket);
  plain.on('error', function () { socket.destroy(); });
  socket.on('error', function () { plain.destroy(); });
}

function serve() {
  var sessions = {};
  var server = tls.createServer(settings, options.backend ? forward : exchange);
  server.on('clientError', function (error) {
    if (!options.backend) fail(error);
  });
  if (options.staple) {
    server.on('OCSPRequest', function (certificate, issuer, done) {
      done(null, fs.readFileSync(options.staple));
    });
  }
  // Without both handlers this Node resumes nothing by session id.
  server.on('newSession', function (id, data, done) {
    sessions[id.toString('hex')] = data;
    done();
  });
  server.on('resumeSession', function (id, done) {
    done(null, sessions[id.toString('hex')] || null);
  });
  server.listen(+options.port, '127.0.0.1', function () {
    say('LISTENING ' + server.address().port);
  });
}

function connect(session) {
  settings.port = +options.port;
  settings.host = '127.0.0.1';
  if (session) settings.session = session;
  var hash = crypto.createHash('sha256');
  var received = 0;
  var facts = '';
  var kept = null;
  var socket = tls.connect(settings, function () {
    facts = facts_of(socket);
    kept = socket.getSession();
    // The session as DER, from which a test can take the master secret.
    if (options.session_file) fs.writeFileSync(options.session_file, kept);
    if (options.renegotiate) renegotiate(socket, function () { socket.write(payload); });
    else socket.write(payload);
  });
  socket.on('OCSPResponse', function (response) { socket.stapled = !!response; });
  socket.on('data', function (chunk) {
    received += chunk.length;
    hash.update(chunk);
  });
  socket.on('error', fail);
  socket.on('end', function () { socket.end(); });
  socket.on('close', function () {
    if (!facts) fail('closed before the handshake was done');
    report(socket, facts, hash, received);
    if (finished === connections) process.exit(0);
    connect(options.resume ? kept : null);
  });
}

if (role === 'server') serve(); else connect(null);
