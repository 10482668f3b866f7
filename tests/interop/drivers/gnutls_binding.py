"""GnuTLS (libgnutls.so.30) through ctypes."""
import ctypes
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint, c_void_p

SERVER, CLIENT = 1, 2
NO_TICKETS = 1 << 10
CREDENTIALS_CERTIFICATE, CREDENTIALS_ANONYMOUS = 1, 2
CERTIFICATE_IGNORE, CERTIFICATE_REQUIRE = 0, 2
FORMAT_PEM = 1
SHUTDOWN_BOTH = 0
VERSIONS = {1: "ssl3", 2: "tls1"}

_library = ctypes.CDLL("libgnutls.so.30")
_library.gnutls_strerror.restype = c_char_p
_library.gnutls_ciphersuite_get.restype = c_char_p
_library.gnutls_record_send.restype = ctypes.c_ssize_t
_library.gnutls_record_recv.restype = ctypes.c_ssize_t
_library.gnutls_certificate_get_peers.restype = c_void_p

_settings = {}


class Datum(ctypes.Structure):
    _fields_ = [("data", c_char_p), ("size", c_uint)]


def check(status, what):
    if status < 0:
        raise OSError(f"{what}: {_library.gnutls_strerror(c_int(status)).decode()}")
    return status


def set_up(role, options):
    credentials = c_void_p()
    check(_library.gnutls_certificate_allocate_credentials(byref(credentials)), "credentials")
    if "key" in options:
        check(_library.gnutls_certificate_set_x509_key_file(
            credentials, options["certificate"].encode(), options["key"].encode(), FORMAT_PEM),
            "key")
    if "ca" in options:
        check(_library.gnutls_certificate_set_x509_trust_file(
            credentials, options["ca"].encode(), FORMAT_PEM), "ca")
    anonymous = c_void_p()
    side = "server" if role == "server" else "client"
    check(getattr(_library, f"gnutls_anon_allocate_{side}_credentials")(byref(anonymous)),
          "anonymous credentials")
    if role == "server" and "group" in options:
        parameters = c_void_p()
        check(_library.gnutls_dh_params_init(byref(parameters)), "group")
        with open(options["group"], "rb") as file:
            text = file.read()
        datum = Datum(text, len(text))
        check(_library.gnutls_dh_params_import_pkcs3(parameters, byref(datum), FORMAT_PEM), "group")
        _library.gnutls_certificate_set_dh_params(credentials, parameters)
        _library.gnutls_anon_set_server_dh_params(anonymous, parameters)
    _settings.update(options, credentials=credentials, anonymous=anonymous)


def _priority():
    return ("NONE:+VERS-TLS1.0:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509:%COMPAT"
            ":%VERIFY_ALLOW_SIGN_WITH_SHA1:" + _settings["priority"]).encode()


class Connection:
    def __init__(self, plain, role, session=None):
        plain.settimeout(None)
        self._plain = plain
        self._session = c_void_p()
        flags = (SERVER if role == "server" else CLIENT) | NO_TICKETS
        check(_library.gnutls_init(byref(self._session), flags), "init")
        check(_library.gnutls_priority_set_direct(self._session, _priority(), None), "priority")
        check(_library.gnutls_credentials_set(self._session, CREDENTIALS_CERTIFICATE,
                                              _settings["credentials"]), "credentials")
        check(_library.gnutls_credentials_set(self._session, CREDENTIALS_ANONYMOUS,
                                              _settings["anonymous"]), "credentials")
        _library.gnutls_dh_set_prime_bits(self._session, 512)
        if role == "server":
            asked = "request_certificate" in _settings
            _library.gnutls_certificate_server_set_request(
                self._session, CERTIFICATE_REQUIRE if asked else CERTIFICATE_IGNORE)
            self._use_store()
        if session is not None:
            check(_library.gnutls_session_set_data(self._session, session,
                                                   c_size_t(len(session))), "session")
        _library.gnutls_transport_set_int2(self._session, plain.fileno(), plain.fileno())

    def _use_store(self):
        if "resume" not in _settings:
            return
        store = ctypes.CDLL(_settings["store"])
        _library.gnutls_db_set_store_function(self._session, store.store_session)
        _library.gnutls_db_set_retrieve_function(self._session, store.fetch_session)

    def handshake(self):
        check(_library.gnutls_handshake(self._session), "handshake")

    def session(self):
        size = c_size_t(65536)
        buffer = ctypes.create_string_buffer(size.value)
        check(_library.gnutls_session_get_data(self._session, buffer, byref(size)), "session data")
        return buffer.raw[:size.value]

    def facts(self):
        version = VERSIONS[_library.gnutls_protocol_get_version(self._session)]
        count = c_uint()
        shown = _library.gnutls_certificate_get_peers(self._session, byref(count))
        resumed = _library.gnutls_session_is_resumed(self._session)
        return "version={} suite={} resumed={} certificate={}".format(
            version, _library.gnutls_ciphersuite_get(self._session).decode(),
            "yes" if resumed else "no", "yes" if shown and count.value else "no")

    def read(self, count):
        buffer = ctypes.create_string_buffer(count)
        got = _library.gnutls_record_recv(self._session, buffer, c_size_t(count))
        check(got, "read")  # an end without close_notify is an error of its own
        return buffer.raw[:got]

    def write(self, data):
        while data:
            sent = _library.gnutls_record_send(self._session, data, c_size_t(len(data)))
            data = data[check(sent, "write"):]

    def close(self):
        check(_library.gnutls_bye(self._session, SHUTDOWN_BOTH), "close")
        self._plain.close()
        return "clean"
