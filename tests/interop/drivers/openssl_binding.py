"""Debian's OpenSSL 3 through Python's ssl module, lowered to TLS 1.0 and security level 0.

SEED has moved to its legacy provider, which no part of Python loads: set_up does, in the library
that the ssl module uses.
"""
import ctypes
import ssl

OP_LEGACY_SERVER_CONNECT = 0x4

_context = None


def load_legacy_provider():
    library = ctypes.CDLL("libcrypto.so.3")
    library.OSSL_PROVIDER_load.restype = ctypes.c_void_p
    library.OSSL_PROVIDER_load.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    for name in (b"legacy", b"default"):  # who loads one has to name the usual one, too
        if not library.OSSL_PROVIDER_load(None, name):
            raise OSError("OpenSSL has no provider " + name.decode())


def set_up(role, options):
    global _context
    if "SEED" in options["cipher"]:
        load_legacy_provider()
    protocol = ssl.PROTOCOL_TLS_SERVER if role == "server" else ssl.PROTOCOL_TLS_CLIENT
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(options["cipher"] + ":@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1
    context.options |= OP_LEGACY_SERVER_CONNECT | ssl.OP_NO_TICKET
    if options.get("resume") and role == "client":
        context.options &= ~ssl.OP_NO_TICKET & 0xffffffff
    if "keylog" in options:
        context.keylog_filename = options["keylog"]
    if "key" in options:
        context.load_cert_chain(options["certificate"], options["key"])
    if role == "server" and "group" in options:
        context.load_dh_params(options["group"])
    if "request_certificate" in options:
        context.load_verify_locations(options["ca"])
        context.verify_mode = ssl.CERT_REQUIRED
    _context = context


class Connection:
    def __init__(self, plain, role, session=None):
        plain.settimeout(20)
        self._socket = _context.wrap_socket(plain, server_side=role == "server",
                                            do_handshake_on_connect=False,
                                            suppress_ragged_eofs=False, session=session)

    def handshake(self):
        self._socket.do_handshake()

    def session(self):
        return self._socket.session

    def facts(self):
        return "version={} suite={} resumed={} certificate={}".format(
            {"TLSv1": "tls1"}[self._socket.version()], self._socket.cipher()[0],
            "yes" if self._socket.session_reused else "no",
            "yes" if self._socket.getpeercert(True) else "no")

    def read(self, count):
        return self._socket.recv(count)  # an end without close_notify raises

    def write(self, data):
        self._socket.sendall(data)

    def close(self):
        self._socket.unwrap().close()
        return "clean"
