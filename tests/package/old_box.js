// An old box, for the old Node of tests/interop/fetch_peers (OpenSSL 1.0.1): SSL 3.0 and nothing else, and a
// page. Written in ES5, because that is what it runs.
//
//     node --enable-ssl3 old_box.js CERTIFICATE KEY      prints its port
'use strict';
var fs = require('fs');
var https = require('https');

var settings = {
  secureProtocol: 'SSLv3_server_method',
  cert: fs.readFileSync(process.argv[2]),
  key: fs.readFileSync(process.argv[3])
};
var server = https.createServer(settings, function (request, answer) {
  answer.writeHead(200, { 'Content-Type': 'text/html' });
  answer.end('<html><body>The page of the old box: ' + request.url + '</body></html>\n');
});
server.listen(0, '127.0.0.1', function () { console.log(server.address().port); });
