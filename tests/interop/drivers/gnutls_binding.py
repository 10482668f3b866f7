"""GnuTLS (libgnutls.so.30) through ctypes."""
import ctypes
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint, c_void_p

SERVER, CLIENT = 1, 2
NO_TICKETS = 1 << 10
AGAIN, STATUS_REHANDSHAKE, GOT_APPLICATION_DATA = -28, -37, -38
NAME_DNS, BINDING_TLS_UNIQUE = 1, 0
WARNING, NO_RENEGOTIATION = 1, 100
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

    def data_at(self):
        """Where the bytes are: read as a field they would end at the first zero."""
        return c_void_p.from_buffer(self)


def _word(value):
    return "yes" if value else "no"


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
    if role == "server" and "staple" in options:
        check(_library.gnutls_certificate_set_ocsp_status_request_file(
            credentials, options["staple"].encode(), 0), "response")
    _settings.update(options, credentials=credentials, anonymous=anonymous)
    if role == "server" and "tickets" in options:
        _settings["ticket_key"] = Datum()
        check(_library.gnutls_session_ticket_key_generate(byref(_settings["ticket_key"])), "ticket key")


def _priority():
    words = ["NONE:+VERS-TLS1.0:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509:%COMPAT"
             ":%VERIFY_ALLOW_SIGN_WITH_SHA1", _settings["priority"]]
    if "higher" in _settings:
        words.append("+VERS-TLS1.2")
    if "legacy" in _settings:
        words.append("%DISABLE_SAFE_RENEGOTIATION")
    if "fallback" in _settings:
        words.append("%FALLBACK_SCSV")
    # COMPAT leaves both out.
    text = ":".join(words)
    return (text.replace(":%COMPAT", "") if {"ems", "etm"} & set(_settings) else text).encode()


class Connection:
    def __init__(self, plain, role, session=None):
        plain.settimeout(None)
        self._plain = plain
        self._session = c_void_p()
        flags = (SERVER if role == "server" else CLIENT) | (0 if "tickets" in _settings else NO_TICKETS)
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
            if "ticket_key" in _settings:
                check(_library.gnutls_session_ticket_enable_server(self._session, byref(_settings["ticket_key"])),
                      "tickets")
        if session is not None:
            check(_library.gnutls_session_set_data(self._session, session,
                                                   c_size_t(len(session))), "session")
        self._role = role
        self._extend()
        _library.gnutls_transport_set_int2(self._session, plain.fileno(), plain.fileno())

    def _extend(self):
        if "alpn" in _settings:
            names = _settings["alpn"].split(",")
            data = (Datum * len(names))(*(Datum(each.encode(), len(each)) for each in names))
            check(_library.gnutls_alpn_set_protocols(self._session, data, c_uint(len(names)), 0), "alpn")
        if self._role == "server":
            return
        if "server_name" in _settings:
            name = _settings["server_name"].encode()
            check(_library.gnutls_server_name_set(self._session, NAME_DNS, name, c_size_t(len(name))), "name")
        if "fragment" in _settings:
            check(_library.gnutls_record_set_max_size(self._session, c_size_t(int(_settings["fragment"]))), "length")
        if "staple" in _settings:
            check(_library.gnutls_ocsp_status_request_enable_client(self._session, None, c_size_t(0), None), "status")

    def _use_store(self):
        if "resume" not in _settings or "tickets" in _settings:
            return
        store = ctypes.CDLL(_settings["store"])
        _library.gnutls_db_set_store_function(self._session, store.store_session)
        _library.gnutls_db_set_retrieve_function(self._session, store.fetch_session)

    def handshake(self):
        self._shake_hands("handshake")
        if "renegotiate" not in _settings:
            return
        if "demand" in _settings:
            _library.gnutls_certificate_server_set_request(self._session, CERTIFICATE_REQUIRE)
        if self._role == "server":
            check(_library.gnutls_rehandshake(self._session), "HelloRequest")
        self._shake_hands("second handshake")

    def _shake_hands(self, what):
        status = AGAIN
        while status in (AGAIN, GOT_APPLICATION_DATA):  # between the pieces of a message
            status = _library.gnutls_handshake(self._session)
        if status < 0:
            _library.gnutls_alert_send_appropriate(self._session, c_int(status))
        check(status, what)

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
        words = "version={} suite={} resumed={} certificate={}".format(
            version, _library.gnutls_ciphersuite_get(self._session).decode(),
            "yes" if resumed else "no", "yes" if shown and count.value else "no")
        return words + "".join(f" {name}={value}" for name, value in self._abilities().items())

    def _abilities(self):
        told = {"ems": _word(_library.gnutls_session_ext_master_secret_status(self._session)),
                "etm": _word(_library.gnutls_session_etm_status(self._session)),
                "secure": _word(_library.gnutls_safe_renegotiation_status(self._session)),
                "alpn": self._alpn()}
        binding = Datum()
        if _library.gnutls_session_channel_binding(self._session, BINDING_TLS_UNIQUE, byref(binding)) == 0:
            told["unique"] = ctypes.string_at(binding.data_at(), binding.size).hex()
        if "fragment" in _settings:
            told["fragment"] = _library.gnutls_record_get_max_size(self._session)
        if "staple" in _settings and self._role == "client":
            told["staple"] = _word(_library.gnutls_ocsp_status_request_get(self._session, byref(Datum())) == 0)
        if "server_name" in _settings and self._role == "server":
            name, size, kind = ctypes.create_string_buffer(256), c_size_t(256), c_uint()
            check(_library.gnutls_server_name_get(self._session, name, byref(size), byref(kind), 0), "name")
            told["server_name"] = name.value.decode()
        if "exporter" in _settings:
            label, made = _settings["exporter"].encode(), ctypes.create_string_buffer(32)
            check(_library.gnutls_prf_rfc5705(self._session, c_size_t(len(label)), label, c_size_t(0), None,
                                              c_size_t(32), made), "exporter")
            told["exporter"] = made.raw.hex()
        return told

    def _alpn(self):
        chosen = Datum()
        found = _library.gnutls_alpn_get_selected_protocol(self._session, byref(chosen)) == 0
        return ctypes.string_at(chosen.data_at(), chosen.size).decode() if found else "none"

    def read(self, count):
        buffer = ctypes.create_string_buffer(count)
        got = _library.gnutls_record_recv(self._session, buffer, c_size_t(count))
        while got == STATUS_REHANDSHAKE:
            self._answer_rehandshake()
            got = _library.gnutls_record_recv(self._session, buffer, c_size_t(count))
        check(got, "read")  # an end without close_notify is an error of its own
        return buffer.raw[:got]

    def _answer_rehandshake(self):
        """The other side wants another handshake, and the library leaves it to us."""
        if "renegotiation" in _settings:
            self._shake_hands("second handshake")
        else:
            check(_library.gnutls_alert_send(self._session, WARNING, NO_RENEGOTIATION), "alert")

    def write(self, data):
        while data:
            sent = _library.gnutls_record_send(self._session, data, c_size_t(len(data)))
            data = data[check(sent, "write"):]

    def close(self):
        check(_library.gnutls_bye(self._session, SHUTDOWN_BOTH), "close")
        self._plain.close()
        return "clean"
