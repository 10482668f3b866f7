"""NSS (libssl3.so, the library of Firefox) through ctypes; keys come from an NSS database."""
import ctypes
from ctypes import byref, c_char_p, c_int, c_uint16, c_uint32, c_void_p

SECURITY, REQUEST_CERTIFICATE, HANDSHAKE_AS_CLIENT, HANDSHAKE_AS_SERVER = 1, 3, 5, 6
REQUIRE_CERTIFICATE, ENABLE_SESSION_TICKETS, ENABLE_RENEGOTIATION, CBC_RANDOM_IV = 10, 18, 20, 23
ENABLE_STAPLING, ENABLE_FALLBACK_SCSV, ENABLE_SERVER_DHE, ENABLE_EXTENDED_MASTER_SECRET = 24, 28, 29, 30
NEVER_RENEGOTIATE, RENEGOTIATE_WITH_EXTENSION, RSA_KEY_EXCHANGE = 0, 2, 1
RSA_MIN_KEY_SIZE, DH_MIN_KEY_SIZE, DSA_MIN_KEY_SIZE = 1, 2, 4
SHUTDOWN_SEND = 1
VERSIONS = {"ssl3": 0x0300, "tls1": 0x0301}
TLS1_2 = 0x0303

_nspr = ctypes.CDLL("libnspr4.so", mode=ctypes.RTLD_GLOBAL)
_nss = ctypes.CDLL("libnss3.so", mode=ctypes.RTLD_GLOBAL)
_ssl = ctypes.CDLL("libssl3.so", mode=ctypes.RTLD_GLOBAL)
_nspr.PR_ErrorToName.restype = c_char_p
for _function in (_nspr.PR_ImportTCPSocket, _nss.PK11_FindCertFromNickname,
                  _nss.PK11_FindKeyByAnyCert, _ssl.SSL_ImportFD, _ssl.SSL_PeerCertificate,
                  _ssl.SSL_GetImplementedCiphers, _ssl.SSL_PeerStapledOCSPResponses):
    _function.restype = c_void_p

AUTHENTICATE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int)
_settings = {}


class VersionRange(ctypes.Structure):
    _fields_ = [("min", c_uint16), ("max", c_uint16)]


class ChannelInfo(ctypes.Structure):
    """The head of SSLChannelInfo; NSS fills as much as it is given room for."""
    _fields_ = [("length", c_uint32), ("version", c_uint16), ("suite", c_uint16),
                ("numbers", c_uint32 * 5), ("id_length", c_uint32), ("id", ctypes.c_uint8 * 32),
                ("compression_name", c_void_p), ("compression", c_int), ("has_extended_master_secret", c_int),
                ("early_data", c_int), ("kinds", c_int * 7), ("resumed", c_int)]


class Item(ctypes.Structure):
    _fields_ = [("kind", c_int), ("data", c_char_p), ("length", c_uint32)]


class Items(ctypes.Structure):
    _fields_ = [("items", ctypes.POINTER(Item)), ("length", c_uint32)]


def fail(what):
    code = _nspr.PR_GetError()
    name = _nspr.PR_ErrorToName(c_int(code))
    raise OSError(f"{what}: {name.decode() if name else code}")


def check(status, what):
    if status != 0:
        fail(what)


def need(pointer, what):
    if not pointer:
        fail(what)
    return c_void_p(pointer)


@AUTHENTICATE
def _accept_certificate(_, __, ___, ____):
    return 0


def set_up(role, options):
    check(_nss.NSS_Init(("sql:" + options["database"]).encode()), "database")
    for size in (RSA_MIN_KEY_SIZE, DH_MIN_KEY_SIZE, DSA_MIN_KEY_SIZE):
        check(_nss.NSS_OptionSet(size, 512), "key size")
    check(_ssl.NSS_SetDomesticPolicy(), "policy")
    _settings.update(options)
    if role == "server":
        check(_ssl.SSL_ConfigServerSessionIDCache(100, 100, 100, None), "session cache")
    if "key" in options:
        nickname = options["nickname"].encode()
        certificate = need(_nss.PK11_FindCertFromNickname(nickname, None), "certificate")
        _settings["certificate_handle"] = certificate
        _settings["key_handle"] = need(_nss.PK11_FindKeyByAnyCert(certificate, None), "key")


class Connection:
    def __init__(self, plain, role, session=None):
        plain.settimeout(None)
        self._plain = plain
        lower = need(_nspr.PR_ImportTCPSocket(plain.detach()), "socket")
        self._file = need(_ssl.SSL_ImportFD(None, lower), "import")
        self._role = role
        self._option(SECURITY, 1)
        self._option(HANDSHAKE_AS_SERVER if role == "server" else HANDSHAKE_AS_CLIENT, 1)
        self._option(ENABLE_SESSION_TICKETS, int("tickets" in _settings))
        self._option(ENABLE_EXTENDED_MASTER_SECRET, int("ems" in _settings))
        self._option(ENABLE_RENEGOTIATION,
                     RENEGOTIATE_WITH_EXTENSION if "renegotiation" in _settings else NEVER_RENEGOTIATE)
        self._option(ENABLE_FALLBACK_SCSV, int("fallback" in _settings))
        allowed = [VERSIONS[each] for each in _settings["version"].split(",")]
        versions = VersionRange(allowed[0], TLS1_2 if "higher" in _settings else allowed[-1])
        check(_ssl.SSL_VersionRangeSet(self._file, byref(versions)), "version")
        self._choose_suites([int(each, 16) for each in _settings["suite"].split(",")])
        check(_ssl.SSL_AuthCertificateHook(self._file, _accept_certificate, None), "hook")
        if "alpn" in _settings:
            names = b"".join(bytes([len(each)]) + each.encode() for each in _settings["alpn"].split(","))
            check(_ssl.SSL_SetNextProtoNego(self._file, names, c_uint32(len(names))), "protocols")
        if role == "server":
            self._configure_server()
        else:
            self._configure_client()
        check(_ssl.SSL_ResetHandshake(self._file, c_int(role == "server")), "reset")

    def _option(self, which, value):
        check(_ssl.SSL_OptionSet(self._file, c_int(which), c_int(value)), f"option {which}")

    def _choose_suites(self, wanted):
        count = c_uint16.in_dll(_ssl, "SSL_NumImplementedCiphers").value
        all_suites = ctypes.cast(_ssl.SSL_GetImplementedCiphers(),
                                 ctypes.POINTER(c_uint16 * count)).contents
        for suite in set(wanted) - set(all_suites):
            raise OSError(f"NSS has no suite {suite:04x}")
        for suite in all_suites:
            check(_ssl.SSL_CipherPrefSet(self._file, c_int(suite), c_int(suite in wanted)),
                  "suite")

    def _configure_server(self):
        self._option(ENABLE_SERVER_DHE, 1)
        check(_ssl.SSL_ConfigServerCert(self._file, _settings["certificate_handle"],
                                        _settings["key_handle"], None, 0), "certificate")
        if "request_certificate" in _settings:
            self._demand_certificate()
        if "staple" in _settings:
            with open(_settings["staple"], "rb") as file:
                response = file.read()
            items = Items(ctypes.pointer(Item(0, response, len(response))), 1)
            check(_ssl.SSL_SetStapledOCSPResponses(self._file, byref(items), c_int(RSA_KEY_EXCHANGE)), "response")

    def _demand_certificate(self):
        self._option(REQUEST_CERTIFICATE, 1)
        self._option(REQUIRE_CERTIFICATE, 1)

    def _configure_client(self):
        check(_ssl.SSL_SetURL(self._file, b"localhost"), "name")
        if "staple" in _settings:
            self._option(ENABLE_STAPLING, 1)
        if "key" in _settings:
            hook = ctypes.cast(_ssl.NSS_GetClientAuthData, c_void_p)
            self._nickname = ctypes.create_string_buffer(_settings["nickname"].encode())
            check(_ssl.SSL_GetClientAuthDataHook(self._file, hook, self._nickname), "client key")

    def handshake(self):
        check(_ssl.SSL_ForceHandshake(self._file), "handshake")
        if "renegotiate" not in _settings:
            return
        if "demand" in _settings:
            self._demand_certificate()
        check(_ssl.SSL_ReHandshake(self._file, c_int(1)), "renegotiation")
        check(_ssl.SSL_ForceHandshake(self._file), "second handshake")

    def session(self):
        return None  # NSS keeps its own, by address and name

    def facts(self):
        info = ChannelInfo()
        check(_ssl.SSL_GetChannelInfo(self._file, byref(info), c_uint32(ctypes.sizeof(info))),
              "information")
        version = {number: name for name, number in VERSIONS.items()}[info.version]
        shown = _ssl.SSL_PeerCertificate(self._file)
        told = {"version": version, "suite": f"{info.suite:04x}", "certificate": "yes" if shown else "no"}
        if info.length == ctypes.sizeof(info):  # else an older one, which does not know
            told["resumed"] = "yes" if info.resumed else "no"
            told["ems"] = "yes" if info.has_extended_master_secret else "no"
        if "alpn" in _settings:
            state, length, name = c_int(), c_uint32(), ctypes.create_string_buffer(256)
            check(_ssl.SSL_GetNextProto(self._file, byref(state), name, byref(length), c_uint32(256)), "protocol")
            told["alpn"] = name.raw[:length.value].decode() or "none"
        if "staple" in _settings and self._role == "client":
            found = _ssl.SSL_PeerStapledOCSPResponses(self._file)
            told["staple"] = "yes" if found and Items.from_address(found).length else "no"
        if "exporter" in _settings:
            label, made = _settings["exporter"].encode(), ctypes.create_string_buffer(32)
            check(_ssl.SSL_ExportKeyingMaterial(self._file, label, c_uint32(len(label)), c_int(0), None, c_uint32(0),
                                                made, c_uint32(32)), "exporter")
            told["exporter"] = made.raw.hex()
        return " ".join(f"{name}={value}" for name, value in told.items())

    def read(self, count):
        buffer = ctypes.create_string_buffer(count)
        got = _nspr.PR_Read(self._file, buffer, c_int(count))
        if got < 0:
            fail("read")
        return buffer.raw[:got]

    def write(self, data):
        if _nspr.PR_Write(self._file, data, c_int(len(data))) != len(data):
            fail("write")

    def close(self):
        check(_nspr.PR_Shutdown(self._file, c_int(SHUTDOWN_SEND)), "shutdown")
        self.read(1)
        check(_nspr.PR_Close(self._file), "close")
        return "unknown"  # NSS reads close_notify and a bare end alike as nothing
