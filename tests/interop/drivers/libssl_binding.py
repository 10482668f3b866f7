"""Debian's OpenSSL 3 (libssl.so.3) through ctypes, for tests/interop/abilities: it reaches more than the ssl module.

TLS 1.0 at security level 0. The SSL_ctrl numbers are those of openssl/ssl.h.
"""
import ctypes
from ctypes import byref, c_char_p, c_int, c_long, c_size_t, c_uint, c_ulong, c_void_p

TLS1, TLS1_2 = 0x0301, 0x0303
FILE_PEM = 1
VERIFY_NONE, VERIFY_PEER_OR_FAIL = 0, 3
OP_NO_TICKET, OP_NO_RENEGOTIATION, OP_LEGACY_SERVER_CONNECT = 1 << 14, 1 << 30, 1 << 2
OP_NO_EXTENDED_MASTER_SECRET, OP_NO_ENCRYPT_THEN_MAC = 1, 1 << 19
OP_ALLOW_CLIENT_RENEGOTIATION = 1 << 8
MODE_SEND_FALLBACK_SCSV = 0x80
CTRL_MODE, CTRL_SET_HOSTNAME, CTRL_STATUS_TYPE, CTRL_GET_OCSP, CTRL_SET_OCSP = 33, 55, 65, 70, 71
CTRL_STATUS_CALLBACK, CTRL_RENEGOTIATION_SUPPORT, CTRL_EXTMS, CTRL_MIN, CTRL_MAX = 63, 76, 122, 123, 124
STATUS_TYPE_OCSP = 1
CALLBACK_DONE = 0
FRAGMENTS = {"512": 1, "1024": 2, "2048": 3, "4096": 4}

_library = ctypes.CDLL("libssl.so.3")
_crypto = ctypes.CDLL("libcrypto.so.3")
for _name in ("TLS_method", "SSL_CTX_new", "SSL_new", "SSL_get1_session", "SSL_get_current_cipher",
              "SSL_get_session", "SSL_get1_peer_certificate", "CRYPTO_malloc"):
    getattr(_crypto if _name.startswith("CRYPTO") else _library, _name).restype = c_void_p
_library.SSL_CIPHER_get_name.restype = c_char_p
_library.SSL_get_servername.restype = c_char_p
_library.SSL_CTX_ctrl.restype = _library.SSL_ctrl.restype = c_long
_library.SSL_CTX_ctrl.argtypes = _library.SSL_ctrl.argtypes = [c_void_p, c_int, c_long, c_void_p]
_library.SSL_CTX_set_options.argtypes = [c_void_p, ctypes.c_uint64]
_library.SSL_get_finished.restype = _library.SSL_get_peer_finished.restype = c_size_t
_library.SSL_SESSION_get_max_fragment_length.restype = ctypes.c_uint8

STATUS = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)
SELECT = ctypes.CFUNCTYPE(c_int, c_void_p, ctypes.POINTER(c_void_p), ctypes.POINTER(ctypes.c_ubyte), c_void_p, c_uint,
                          c_void_p)
_settings = {}
_kept = []  # what the library points at


def fail(what):
    text = ctypes.create_string_buffer(256)
    _crypto.ERR_error_string_n(c_ulong(_crypto.ERR_get_error()), text, c_size_t(256))
    raise OSError(f"{what}: {text.value.decode()}")


def need(status, what):
    if not status or status < 0:
        fail(what)
    return status


def protocols_of(text):
    return b"".join(bytes([len(each)]) + each.encode() for each in text.split(","))


@STATUS
def _staple(connection, _):
    with open(_settings["staple"], "rb") as file:
        response = file.read()
    copy = _crypto.CRYPTO_malloc(c_size_t(len(response)), None, 0)
    ctypes.memmove(copy, response, len(response))
    _library.SSL_ctrl(connection, CTRL_SET_OCSP, len(response), copy)
    return CALLBACK_DONE


@SELECT
def _select(_, chosen, length, offered, size, __):
    own = protocols_of(_settings["alpn"])
    _kept.append(ctypes.create_string_buffer(own))
    return CALLBACK_DONE if _library.SSL_select_next_proto(
        chosen, length, _kept[-1], c_uint(len(own)), c_void_p(offered), c_uint(size)) == 1 else 2


def set_up(role, options):
    _settings.update(options)
    context = c_void_p(_library.SSL_CTX_new(c_void_p(_library.TLS_method())))
    _library.SSL_CTX_ctrl(context, CTRL_MIN, TLS1, None)
    _library.SSL_CTX_ctrl(context, CTRL_MAX, TLS1_2 if "higher" in options else TLS1, None)
    flags = OP_LEGACY_SERVER_CONNECT | (0 if "tickets" in options else OP_NO_TICKET)
    flags |= OP_ALLOW_CLIENT_RENEGOTIATION if "renegotiation" in options else OP_NO_RENEGOTIATION
    flags |= 0 if "etm" in options else OP_NO_ENCRYPT_THEN_MAC
    flags |= 0 if "ems" in options else OP_NO_EXTENDED_MASTER_SECRET
    _library.SSL_CTX_set_options(context, flags)
    need(_library.SSL_CTX_set_cipher_list(context, (options["cipher"] + ":@SECLEVEL=0").encode()), "suites")
    _library.SSL_CTX_set_session_id_context(context, b"interop", c_uint(7))
    if "key" in options:
        need(_library.SSL_CTX_use_certificate_chain_file(context, options["certificate"].encode()), "certificate")
        need(_library.SSL_CTX_use_PrivateKey_file(context, options["key"].encode(), FILE_PEM), "key")
    if "ca" in options:
        need(_library.SSL_CTX_load_verify_locations(context, options["ca"].encode(), None), "authorities")
    if role == "server" and "alpn" in options:
        _library.SSL_CTX_set_alpn_select_cb(context, _select, None)
    if role == "server" and "staple" in options:
        _library.SSL_CTX_callback_ctrl(context, CTRL_STATUS_CALLBACK, _staple)
    _settings["context"] = context


class Connection:
    def __init__(self, plain, role, session=None):
        plain.settimeout(None)
        self._plain, self._role = plain, role
        self._tls = c_void_p(_library.SSL_new(_settings["context"]))
        need(_library.SSL_set_fd(self._tls, plain.fileno()), "socket")
        if role == "server":
            _library.SSL_set_accept_state(self._tls)
            return
        _library.SSL_set_connect_state(self._tls)
        if session is not None:
            need(_library.SSL_set_session(self._tls, session), "session")
        self._configure_client()

    def _configure_client(self):
        if "server_name" in _settings:
            _library.SSL_ctrl(self._tls, CTRL_SET_HOSTNAME, 0, _settings["server_name"].encode())
        if "alpn" in _settings:
            names = protocols_of(_settings["alpn"])
            _library.SSL_set_alpn_protos(self._tls, names, c_uint(len(names)))
        if "fragment" in _settings:
            need(_library.SSL_set_tlsext_max_fragment_length(
                self._tls, ctypes.c_uint8(FRAGMENTS[_settings["fragment"]])), "fragment length")
        if "fallback" in _settings:
            _library.SSL_ctrl(self._tls, CTRL_MODE, MODE_SEND_FALLBACK_SCSV, None)
        if "staple" in _settings:
            _library.SSL_ctrl(self._tls, CTRL_STATUS_TYPE, STATUS_TYPE_OCSP, None)

    def handshake(self):
        if _library.SSL_do_handshake(self._tls) != 1:
            fail("handshake")
        if "renegotiate" not in _settings:
            return
        if "demand" in _settings:
            _library.SSL_set_verify(self._tls, VERIFY_PEER_OR_FAIL, None)
        need(_library.SSL_renegotiate(self._tls), "renegotiation")
        if _library.SSL_do_handshake(self._tls) != 1:  # of a server: HelloRequest; the rest while reading
            fail("second handshake")

    def session(self):
        return c_void_p(_library.SSL_get1_session(self._tls))

    def facts(self):
        name = _library.SSL_CIPHER_get_name(c_void_p(_library.SSL_get_current_cipher(self._tls))).decode()
        told = {
            "suite": name, "resumed": word(_library.SSL_session_reused(self._tls)),
            "certificate": word(_library.SSL_get1_peer_certificate(self._tls)),
            "ems": word(_library.SSL_ctrl(self._tls, CTRL_EXTMS, 0, None)),
            "secure": word(_library.SSL_ctrl(self._tls, CTRL_RENEGOTIATION_SUPPORT, 0, None)),
            "unique": self._unique(), "alpn": self._alpn(), "staple": word(self._has_staple()),
        }
        asked = _library.SSL_get_servername(self._tls, 0)
        if "server_name" in _settings:
            told["server_name"] = asked.decode() if asked else "none"
        if "fragment" in _settings:
            code = _library.SSL_SESSION_get_max_fragment_length(c_void_p(_library.SSL_get_session(self._tls)))
            told["fragment"] = {number: length for length, number in FRAGMENTS.items()}.get(code, "16384")
        if "exporter" in _settings:
            label, made = _settings["exporter"].encode(), ctypes.create_string_buffer(32)
            need(_library.SSL_export_keying_material(self._tls, made, c_size_t(32), label, c_size_t(len(label)), None,
                                                     c_size_t(0), 0), "exporter")
            told["exporter"] = made.raw.hex()
        return "version=tls1 " + " ".join(f"{name}={value}" for name, value in told.items())

    def _unique(self):
        """The first Finished: the client's in a full handshake, the server's in an abbreviated one."""
        is_ours = (self._role == "client") != bool(_library.SSL_session_reused(self._tls))
        get = _library.SSL_get_finished if is_ours else _library.SSL_get_peer_finished
        buffer = ctypes.create_string_buffer(64)
        length = get(self._tls, buffer, c_size_t(64))
        return buffer.raw[:length].hex()

    def _alpn(self):
        chosen, length = c_void_p(), c_uint()
        _library.SSL_get0_alpn_selected(self._tls, byref(chosen), byref(length))
        return ctypes.string_at(chosen, length.value).decode() if length.value else "none"

    def _has_staple(self):
        response = c_void_p()
        return self._role == "client" and _library.SSL_ctrl(self._tls, CTRL_GET_OCSP, 0, byref(response)) > 0

    def read(self, count):
        buffer = ctypes.create_string_buffer(count)
        got = _library.SSL_read(self._tls, buffer, count)
        if got <= 0 and not _library.SSL_get_shutdown(self._tls) & 2:
            fail("read")
        return buffer.raw[:max(got, 0)]

    def write(self, data):
        if _library.SSL_write(self._tls, data, len(data)) != len(data):
            fail("write")

    def close(self):
        _library.SSL_shutdown(self._tls)
        if not _library.SSL_get_shutdown(self._tls) & 2:
            self.read(1)
        self._plain.close()
        return "clean"


def word(value):
    return "yes" if value and value > 0 else "no"
