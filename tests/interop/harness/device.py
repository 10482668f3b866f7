"""The plain web server of a device, to be put behind the TLS of a peer.

It has what the pages of such boxes have: a style sheet, an image and a script; a form that is
posted; a session cookie marked Secure; redirects to absolute https URLs of its own; a check of
Origin against cross-site requests; and a download.
"""
import hashlib
import http.server
import struct
import threading
import urllib.parse
import zlib

FORM = {"user": "operator", "password": "a & b = c%"}
SESSION = "session=0123456789abcdef"
DOWNLOAD = b"".join(hashlib.sha256(b"firmware %d" % i).digest() for i in range(32768))
COLOUR = "rgb(1, 2, 3)"
PICTURE_WIDTH = 16

PAGE = """<!DOCTYPE html>
<html><head><title>Rack controller</title><link rel="stylesheet" href="/style.css"></head>
<body><p id="style">styled</p><img id="picture" src="/picture.png" alt="">
<form id="login" method="post" action="/login" target="inside">
<input name="user"><input name="password"></form>
<iframe id="inside" name="inside"></iframe>
<pre id="report">nothing yet</pre>
<script src="/script.js"></script></body></html>
"""

# Fills in and posts the form once everything has loaded, and reports what a user would have seen.
SCRIPT = """
const report = (text) => { document.getElementById('report').textContent = text; };
window.addEventListener('load', () => {
  const colour = getComputedStyle(document.getElementById('style')).color;
  const width = document.getElementById('picture').naturalWidth;
  const form = document.getElementById('login');
  form.user.value = %(user)s;
  form.password.value = %(password)s;
  const inside = document.getElementById('inside');
  inside.addEventListener('load', async () => {
    const answer = inside.contentDocument.body.textContent.trim();
    const status = await (await fetch('/status')).text();
    report('[colour ' + colour + '] [width ' + width + '] [form ' + answer + '] [fetch ' +
           status.trim() + ']');
  });
  form.submit();
});
""" % {name: repr(value) for name, value in FORM.items()}

SIGNED_IN = "signed in as operator"
EXPECTED_REPORT = (f"[colour {COLOUR}] [width {PICTURE_WIDTH}] [form {SIGNED_IN}] "
                   f"[fetch {SIGNED_IN}]")


def make_picture():
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    rows = (b"\0" + b"\x20\x60\xa0" * PICTURE_WIDTH) * PICTURE_WIDTH
    header = struct.pack(">IIBBBBB", PICTURE_WIDTH, PICTURE_WIDTH, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Rack"
    sys_version = ""

    def log_message(self, format, *arguments):  # the base class chose the name
        self.server.requests.append(f"{self.command} {self.path} Host={self.headers['Host']} "
                                    f"Origin={self.headers['Origin']}")

    def answer(self, status, kind, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def own_url(self, path):
        """Absolute, and https: the device knows itself by no other name."""
        return f"https://{self.headers['Host']}{path}"

    def do_GET(self):
        pages = {
            "/": ("text/html", PAGE.encode()),
            "/style.css": ("text/css", f"#style {{ color: {COLOUR}; }}".encode()),
            "/script.js": ("text/javascript", SCRIPT.encode()),
            "/picture.png": ("image/png", make_picture()),
            "/download": ("application/octet-stream", DOWNLOAD),
        }
        if self.path in pages:
            self.answer(200, *pages[self.path])
        elif self.path == "/status":
            known = SESSION in (self.headers["Cookie"] or "")
            self.answer(200, "text/plain", (SIGNED_IN if known else "who are you?").encode())
        elif self.path == "/old":
            self.answer(301, "text/plain", b"moved", [("Location", self.own_url("/status"))])
        else:
            self.answer(404, "text/plain", b"no such page")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        origin = self.headers["Origin"]
        if origin is not None and origin != self.own_url(""):
            self.answer(403, "text/plain", f"cross-site request from {origin}".encode())
            return
        fields = dict(urllib.parse.parse_qsl(body.decode()))
        if self.path != "/login" or fields != FORM:
            self.answer(403, "text/plain", b"wrong form")
            return
        self.answer(302, "text/plain", b"welcome", [
            ("Set-Cookie", f"{SESSION}; Path=/; Secure; HttpOnly"),
            ("Strict-Transport-Security", "max-age=31536000"),
            ("Location", self.own_url("/status"))])


class Device:
    """Runs in this process until stop."""

    def __init__(self):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.requests = []
        self.requests = self._server.requests
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
