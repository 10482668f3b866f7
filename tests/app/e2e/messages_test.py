"""docs/messages.md, row by row: what only a misbehaving peer or machine can make the program say."""
import contextlib
import hashlib
import os
import socket
import ssl
import subprocess
import tempfile
import unittest

from message_support import expect_message
from puppet import (
    ALERT, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, CHANGE_CIPHER_SPEC, DATA, HANDSHAKE, HELLO_REQUEST, SERVER_HELLO,
    SERVER_KEY_EXCHANGE, SSL30, TLS10, Puppet, der, der_name, der_of, make_certificate, private_key, subject_of, tiny_credentials, vector,
)
from support import (
    PATIENCE, PROGRAM, Outcome, Server, certificate, chain, environment, fields, key, ocsp, plain_peer, run, write_group,
)

GET = b"GET / HTTP/1.0\r\n\r\n"
RENEGOTIATION_INFO = 0xFF01
FALLBACK = 0x5600
UNKNOWN_CRITICAL = der(0x30, bytes.fromhex("06032a0304") + b"\x01\x01\xff" + der(4, b"\x05\x00"))


def extension(number, data):
    return number.to_bytes(2, "big") + vector(2, data)


class PuppetServer(unittest.TestCase):
    """`heirloom connect` and a server that does one thing wrong."""

    def connect(self, play, *words, version=TLS10, target="127.0.0.1", trust=("--insecure",)):
        def handler(client):
            with contextlib.suppress(ValueError, ConnectionError):
                play(Puppet(client, "server", version))
                while client.recv(4096):
                    pass

        with plain_peer(handler) as port:
            return run("connect", f"{target}:{port}", *trust, "--json", *words, data=b"x")

    def after_hello(self, play, *words, **more):
        def whole(peer):
            peer.read_client_hello()
            play(peer)

        return self.connect(whole, *words, **more)

    def after_handshake(self, play, *words, **more):
        def whole(peer):
            peer.serve([der_of(certificate("device"))], key("device"))
            play(peer)

        return self.connect(whole, *words, **more)

    def with_certificate(self, *certificates, words=(), suite=None, **more):
        def play(peer):
            peer.server_hello(suite=suite)
            peer.certificate(*certificates)
            peer.hello_done()

        return self.after_hello(play, *words, **more)


class Records(PuppetServer):
    def test_record_unknown_type(self):
        outcome = self.after_handshake(lambda peer: peer.send_record(99, b"x"), version=SSL30)
        expect_message(outcome, "record_type_unknown")

    def test_record_another_version(self):
        def play(peer):
            peer.server_hello()
            peer.send_message(SERVER_HELLO, b"", version=b"\x03\x02")

        expect_message(self.after_hello(play), "record_version_wrong")

    def test_record_too_long(self):
        outcome = self.after_hello(lambda peer: peer.stream.sendall(b"\x16" + TLS10 + b"\x48\x01"))
        expect_message(outcome, "record_overflow")

    def test_record_empty(self):
        expect_message(self.after_hello(lambda peer: peer.send_record(ALERT, b"")), "record_empty")

    def test_record_flood_of_empty_ones(self):
        outcome = self.after_handshake(lambda peer: [peer.send(b"") for _ in range(40)])
        expect_message(outcome, "too_many_empty_records")

    def test_record_damaged(self):
        def play(peer):
            sealed = peer.sealing.seal(DATA, b"data")
            peer.stream.sendall(bytes([DATA]) + TLS10 + vector(2, sealed[:-1] + bytes([sealed[-1] ^ 1])))

        expect_message(self.after_handshake(play), "bad_record_mac")

    def test_record_alert_of_unknown_level(self):
        expect_message(self.after_hello(lambda peer: peer.send_record(ALERT, b"\x07\x00")), "alert_malformed")

    def test_record_flood_of_warnings(self):
        outcome = self.after_hello(lambda peer: [peer.send_record(ALERT, b"\x01\x5a") for _ in range(20)])
        expect_message(outcome, "too_many_warnings")

    def test_record_change_cipher_spec_that_is_not_one(self):
        outcome = self.after_hello(lambda peer: peer.send_record(CHANGE_CIPHER_SPEC, b"\x02"))
        expect_message(outcome, "change_cipher_spec_malformed")

    def test_record_change_cipher_spec_too_early(self):
        outcome = self.after_hello(lambda peer: peer.send_record(CHANGE_CIPHER_SPEC, b"\x01"))
        expect_message(outcome, "change_cipher_spec_unexpected")

    def test_record_change_cipher_spec_inside_a_message(self):
        def play(peer):
            peer.send_record(HANDSHAKE, b"\x02\x00")
            peer.send_record(CHANGE_CIPHER_SPEC, b"\x01")

        expect_message(self.after_hello(play), "change_cipher_spec_inside_message")

    def test_record_data_during_the_handshake(self):
        expect_message(self.after_hello(lambda peer: peer.send(b"x")), "unexpected_application_data")

    def test_record_sslv2_answer(self):
        hello = b"\x80\x0b\x04\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00"
        expect_message(self.after_hello(lambda peer: peer.stream.sendall(hello)), "sslv2_server")


class Messages(PuppetServer):
    def test_message_out_of_order(self):
        expect_message(self.after_hello(lambda peer: peer.hello_done()), "unexpected_message")

    def test_message_unknown_type(self):
        expect_message(self.after_hello(lambda peer: peer.send_message(77, b"")), "handshake_type_unknown")

    def test_message_malformed(self):
        expect_message(self.after_hello(lambda peer: peer.send_message(SERVER_HELLO, TLS10)), "message_malformed")

    def test_message_too_long(self):
        outcome = self.after_hello(lambda peer: peer.send_record(HANDSHAKE, b"\x02\xff\xff\xff"))
        expect_message(outcome, "message_too_long")

    def test_message_version_above_the_offer(self):
        expect_message(self.after_hello(lambda peer: peer.server_hello(version=b"\x03\x03")), "version_too_high")

    def test_message_version_below_the_minimum(self):
        outcome = self.after_hello(lambda peer: peer.server_hello(), "--min", "tls1", version=SSL30)
        expect_message(outcome, "version_not_acceptable")

    def test_message_suite_out_of_the_blue(self):
        for suite in (0x002C, 0x0003):
            outcome = self.after_hello(lambda peer, suite=suite: peer.server_hello(suite=suite))
            expect_message(outcome, "cipher_suite_not_offered")

    def test_message_compression_out_of_the_blue(self):
        outcome = self.after_hello(lambda peer: peer.server_hello(compression=1))
        expect_message(outcome, "compression_not_offered")

    def test_message_extension_twice(self):
        twice = 2 * extension(RENEGOTIATION_INFO, b"\x00")
        expect_message(self.after_hello(lambda peer: peer.server_hello(extensions=twice)), "extension_malformed")

    def test_message_extension_out_of_the_blue(self):
        outcome = self.after_hello(lambda peer: peer.server_hello(extensions=extension(16, b"\x00\x02\x01a")))
        expect_message(outcome, "extension_not_offered")

    def test_message_application_protocol_out_of_the_blue(self):
        other = extension(16, b"\x00\x02\x01a")
        outcome = self.after_hello(lambda peer: peer.server_hello(extensions=other), "--alpn", "b")
        expect_message(outcome, "application_protocol_not_offered")

    def test_message_renegotiation_info_of_another_connection(self):
        outcome = self.after_hello(lambda peer: peer.server_hello(extensions=extension(RENEGOTIATION_INFO, b"\x01\xaa")))
        expect_message(outcome, "renegotiation_info_mismatch")

    def test_message_renegotiation_over_ssl30(self):
        outcome = self.after_handshake(lambda peer: peer.send_message(HELLO_REQUEST, b""), version=SSL30)
        expect_message(outcome, "renegotiation_refused")

    def test_message_wrong_finished(self):
        def play(peer):
            peer.read_client_hello()
            peer.server_hello()
            peer.certificate(der_of(certificate("device")))
            peer.hello_done()
            peer.read_key_exchange(key("device"))
            peer.read_change_cipher_spec()
            peer.read_finished()
            peer.change_cipher_spec()
            peer.finished(b"\x00" * 12)

        expect_message(self.connect(play), "finished_mismatch")

    def test_message_that_is_cut_by_a_reset(self):
        def play(peer):
            peer.read()  # by now the handshake is over on both sides
            peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            raise ConnectionError

        expect_message(self.after_handshake(play), "reset")

    def test_message_second_attempt_has_another_advice(self):
        for words in (["--no-extensions"], ["--no-extensions", "--max", "tls1"]):
            outcome = self.after_hello(lambda peer: peer.hello_done(), *words)
            expect_message(outcome, "unexpected_message")


class KeyExchanges(PuppetServer):
    """Parameters of a ServerKeyExchange. An anonymous suite has no signature over them."""

    ANONYMOUS, ANONYMOUS_EXPORT, SIGNED = 0x001b, 0x0019, 0x0033

    def with_params(self, suite, bits, *words, behind=b"", more=()):
        params = vector(2, (2**bits - 1).to_bytes(bits // 8, "big")) + vector(2, b"\2") + vector(2, b"\x55" * (bits // 8))

        def play(peer):
            peer.server_hello(suite=suite)
            if suite == self.SIGNED:
                peer.certificate(der_of(certificate("device")))
            peer.send_message(SERVER_KEY_EXCHANGE, params + behind)
            for message in more:
                peer.send_message(*message)

        return self.after_hello(play, "--suites", f"0x{suite:04x}", *words)

    def test_key_exchange_short_group(self):
        expect_message(self.with_params(self.ANONYMOUS, 512, "--allow", "anon"), "key_exchange_too_weak")

    def test_key_exchange_group_above_the_limit(self):
        outcome = self.with_params(self.ANONYMOUS_EXPORT, 1024, "--allow", "anon,export")
        expect_message(outcome, "export_restriction")

    def test_key_exchange_signed_by_nobody(self):
        outcome = self.with_params(self.SIGNED, 1024, behind=vector(2, b"\x17" * 128))
        expect_message(outcome, "params_signature_invalid")

    def test_key_exchange_anonymous_server_that_asks(self):
        request = (CERTIFICATE_REQUEST, vector(1, b"\1") + vector(2, vector(2, der_name("box"))))
        outcome = self.with_params(self.ANONYMOUS, 1024, "--allow", "anon", more=[request])
        expect_message(outcome, "anonymous_server_requests_certificate")


class Certificates(PuppetServer):
    """The test certificates are in tests/vectors/certificates, whose README tells what is wrong with each."""

    def test_certificate_none(self):
        expect_message(self.with_certificate(), "certificate_missing")

    def test_certificate_garbage(self):
        expect_message(self.with_certificate(b"\x30\x00"), "certificate_malformed")

    def test_certificate_key_of_another_kind(self):
        expect_message(self.with_certificate(der_of(certificate("ec256"))), "certificate_key_unsupported")

    def test_certificate_key_for_signatures_only(self):
        expect_message(self.with_certificate(der_of(certificate("no-key-encipherment"))), "certificate_key_usage")

    def test_certificate_small_key(self):
        outcome = self.with_certificate(der_of(certificate("rsa512")), words=["--preset", "strict"], suite=0x000A)
        expect_message(outcome, "certificate_key_too_small")
        # The usual policy takes it, an authority may not vouch for it, so a pin does.
        ending = expect_message(self.judged(der_of(certificate("rsa512"))), "certificate_key_too_small")
        self.assertIn(" --pin sha256:", ending.advice)
        self.assertNotIn("--cafile", ending.advice)
        outcome = self.with_certificate(der_of(certificate("dh512")), suite=0x0010)
        expect_message(outcome, "certificate_key_too_small")

    def test_certificate_keys_of_absurd_sizes(self):
        outcome = self.with_certificate(make_certificate(2**400 + 1), words=["--preset", "museum"])
        expect_message(outcome, "certificate_key_too_small")
        outcome = self.with_certificate(make_certificate(2**20000 + 1))
        expect_message(outcome, "certificate_key_unsupported")

    def test_certificate_long_chain(self):
        expect_message(self.with_certificate(*[der_of(certificate("device"))] * 17), "certificate_chain_too_long")

    def judged(self, *certificates, target="localhost"):
        return self.with_certificate(*certificates, trust=("--cafile", certificate("ca")), target=target)

    def test_certificate_nobody_vouches(self):
        expect_message(self.judged(der_of(certificate("device"))), "certificate_untrusted")

    def test_certificate_expired(self):
        expect_message(self.judged(der_of(certificate("expired"))), "certificate_expired")

    def test_certificate_not_yet_valid(self):
        expect_message(self.judged(der_of(certificate("not-yet-valid"))), "certificate_not_yet_valid")

    def test_certificate_another_name(self):
        expect_message(self.judged(der_of(certificate("wrong-name"))), "certificate_name_mismatch")

    def test_certificate_forged_signature(self):
        good = der_of(certificate("rsa1024"))
        expect_message(self.judged(good[:-1] + bytes([good[-1] ^ 1])), "certificate_signature_invalid")

    def test_certificate_unknown_critical_extension(self):
        odd = make_certificate(
            private_key(key("rsa1024"))[0], key("ca"), hashlib.sha1, issuer=subject_of(der_of(certificate("ca"))),
            names=der_name("localhost"), dates=("200101000000Z", "490101000000Z"), extensions=UNKNOWN_CRITICAL,
        )
        expect_message(self.judged(odd), "certificate_rejected")

    def listed(self, name, *lists):
        """What --crl makes of one of the test certificates."""
        chain = [der_of(certificate(name))]
        trust = ["--cafile", certificate("ca")]
        for file in lists:
            trust += ["--crl", os.path.join(os.path.dirname(certificate("ca")), file)]
        return self.with_certificate(*chain, trust=trust, target="localhost")

    def test_certificate_revoked(self):
        for file in ("ca.crl", "ca-authorities.crl"):  # PEM and DER
            expect_message(self.listed("revoked", "intermediate.crl", file), "certificate_revoked")

    def test_certificate_without_a_list(self):
        for file in ("intermediate.crl", "ca-expired.crl", "ca-forged.crl"):
            expect_message(self.listed("rsa1024", file), "certificate_status_unknown")

    def test_status_of_a_certificate(self):
        trust = ("--cafile", certificate("ca"), "--status")
        for name, response, cause in (
            ("rsa1024", "rsa1024", None),
            ("rsa1024", "rsa1024-delegated", None),
            ("rsa1024", "rsa1024-expired", "certificate_status_invalid"),
            ("rsa1024", None, "certificate_status_unknown"),
            ("revoked", "revoked", "certificate_revoked"),
        ):
            with self.subTest(response), Server(*(["--ocsp", ocsp(response)] if response else []), name=name) as server:
                outcome = run("connect", f"localhost:{server.port}", "-4", *trust, "--json", data=GET)
                if cause:
                    expect_message(outcome, cause)
                else:
                    self.assertEqual(outcome.code, 0, outcome.err)
                # Lists say as much as a response, and who does not ask hears nothing.
                lists = ("--crl", os.path.join(os.path.dirname(certificate("ca")), "ca.crl"))
                for words in ((*trust, *lists), trust[:2]):
                    outcome = run("connect", f"localhost:{server.port}", "-4", *words, data=GET)
                    is_good = cause in (None, "certificate_status_unknown") or words == trust[:2]
                    self.assertEqual(outcome.code, 0 if is_good else 5, outcome.err)

    def test_certificate_chain_in_disorder(self):
        files = [certificate(name) for name in ("chained", "ca", "intermediate")]
        chain = [der_of(file) for file in files]
        expect_message(self.judged(*chain), "certificate_chain_disordered")
        trust = ("--any-chain-order", "--cafile", certificate("ca"))
        # It goes on, and this server has no more to say.
        outcome = self.with_certificate(*chain, trust=trust, target="localhost")
        self.assertNotIn("certificate", outcome.sentence)

    def test_certificate_that_libcrypto_refuses(self):
        for name in ("padded-serial", "no-date"):
            box = [der_of(certificate(name))]
            expect_message(self.judged(*box), "certificate_malformed")

            def play(peer, name=name, box=box):
                peer.serve(box, key(name))
                peer.send(b"reached")
                peer.close_notify()

            pin = "sha256:" + hashlib.sha256(box[0]).hexdigest()
            outcome = self.connect(play, trust=("--pin", pin))
            self.assertEqual((outcome.code, outcome.out), (0, b"reached"), outcome.err)

    def test_certificate_weak_signature(self):
        trust = ("--cafile", certificate("ca"))
        outcome = self.with_certificate(
            der_of(certificate("rsa1024-md5")), words=["--preset", "strict"], suite=0x000A, trust=trust, target="localhost"
        )
        expect_message(outcome, "certificate_signature_weak")

    def test_certificate_not_the_pinned_one(self):
        outcome = self.with_certificate(der_of(certificate("device")), trust=("--pin", "sha256:" + "0" * 64))
        expect_message(outcome, "certificate_pin_mismatch")

    def test_certificate_own_key_that_is_too_small_to_sign(self):
        with tempfile.TemporaryDirectory() as folder:
            file = tiny_credentials(folder)

            def play(peer):
                peer.server_hello()
                peer.certificate(der_of(certificate("device")))
                peer.send_message(CERTIFICATE_REQUEST, b"\x01\x01" + vector(2, b""))
                peer.hello_done()

            expect_message(self.after_hello(play, "--cert", file), "private_key_failed")


class PuppetClient(unittest.TestCase):
    """The log of `heirloom serve`, and a client that does one thing wrong."""

    def talk(self, play, *words, version=TLS10):
        with Server(*words) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as stream:
                with contextlib.suppress(ValueError, ConnectionError):
                    play(Puppet(stream, "client", version))
                    stream.shutdown(socket.SHUT_WR)
                    while stream.recv(4096):
                        pass
            return fields(server.next_line())

    def hello(self, *words, version=TLS10, **parts):
        return self.talk(lambda peer: peer.client_hello(**parts), *words, version=version)

    def test_log_http_request(self):
        outcome = self.talk(lambda peer: peer.stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
        expect_message(outcome, "not_tls_http_request")

    def test_log_sslv2_hello(self):
        hello = b"\x80\x1c\x01\x03\x01\x00\x03\x00\x00\x00\x10\x00\x00\x04" + b"c" * 16
        expect_message(self.talk(lambda peer: peer.stream.sendall(hello), "--preset", "strict"), "sslv2_hello")

    def test_log_sslv2_client(self):
        hello = b"\x80\x1c\x01\x00\x02\x00\x03\x00\x00\x00\x10\x01\x00\x80" + b"c" * 16
        expect_message(self.talk(lambda peer: peer.stream.sendall(hello)), "sslv2_client")

    def test_log_old_version(self):
        expect_message(self.hello("--min", "tls1", version=SSL30), "version_too_low")

    def test_log_no_common_suite(self):
        expect_message(self.hello("--suites", "AES128-SHA"), "no_common_cipher_suite")

    def test_log_compression_only(self):
        expect_message(self.hello(compressions=b"\x01"), "no_common_compression")

    def test_log_fallback(self):
        expect_message(self.hello(version=SSL30, suites=(5, FALLBACK)), "inappropriate_fallback")

    def test_log_resumption_without_its_suite(self):
        with Server() as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as stream:
                peer = Puppet(stream, "client")
                session = peer.connect()
                peer.close_notify()
            server.next_line()
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as stream:
                Puppet(stream, "client").client_hello(suites=(4,), session_id=session)
                stream.recv(4096)
            expect_message(fields(server.next_line()), "session_suite_not_offered")

    def shake_hands(self, peer):
        peer.client_hello()
        peer.read_server_hello()
        return peer.read_certificate()

    def test_log_no_certificate(self):
        def play(peer):
            self.shake_hands(peer)
            peer.certificate()

        outcome = self.talk(play, "--client-auth", "required", "--cafile", chain("ca"))
        expect_message(outcome, "client_certificate_required")

    def test_log_untrusted_certificate(self):
        def play(peer):
            theirs = self.shake_hands(peer)
            peer.certificate(der_of(certificate("device")))
            peer.send_key_exchange(theirs)
            peer.read()

        outcome = self.talk(play, "--client-auth", "required", "--cafile", certificate("ca"))
        expect_message(outcome, "certificate_untrusted")
        self.assertEqual(outcome["next"], "heirloom serve --cafile FILE   (with the authority of that client)")

    def test_log_revoked_certificate(self):
        def play(peer):
            theirs = self.shake_hands(peer)
            peer.certificate(der_of(certificate("revoked")))
            peer.send_key_exchange(theirs)
            peer.read()

        lists = os.path.join(os.path.dirname(certificate("ca")), "ca.crl")
        words = ("--client-auth", "required", "--cafile", certificate("ca"), "--crl", lists)
        expect_message(self.talk(play, *words), "certificate_revoked")

    def test_log_certificate_without_its_key(self):
        def play(peer):
            theirs = self.shake_hands(peer)
            peer.certificate(der_of(certificate("client")))
            peer.send_key_exchange(theirs)
            peer.send_message(CERTIFICATE_VERIFY, vector(2, b"\x00" * 128))

        outcome = self.talk(play, "--client-auth", "required", "--cafile", chain("ca"))
        expect_message(outcome, "certificate_verify_failed")

    def test_log_secret_that_is_no_secret(self):
        """Bleichenbacher's question gets no answer of its own: the handshake fails at Finished, as with any other."""
        def play(peer):
            theirs = self.shake_hands(peer)
            peer.send_key_exchange(theirs, block=b"\x00\x01" + b"\xff" * 126)
            peer.change_cipher_spec()
            peer.finished()

        expect_message(self.talk(play), "bad_record_mac")

    def test_log_wrong_finished(self):
        def play(peer):
            theirs = self.shake_hands(peer)
            peer.send_key_exchange(theirs)
            peer.change_cipher_spec()
            peer.finished(b"\x00" * 12)

        expect_message(self.talk(play), "finished_mismatch")

    def test_log_client_that_says_nothing(self):
        with Server("--handshake-timeout", "0.2") as server:
            with socket.create_connection(("127.0.0.1", server.port)) as stream:
                self.assertEqual(stream.recv(1), b"")
            expect_message(fields(server.next_line()), "silent")

    def test_log_client_that_stops(self):
        with Server("--handshake-timeout", "0.2") as server:
            with socket.create_connection(("127.0.0.1", server.port)) as stream:
                stream.sendall(b"\x16\x03\x01\x00")
                self.assertEqual(stream.recv(1), b"")
            expect_message(fields(server.next_line()), "stalled")

    def test_log_client_that_resets(self):
        def play(peer):
            peer.stream.sendall(b"\x16\x03\x01\x00")
            peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            raise ConnectionError

        expect_message(self.talk(play), "reset")

    def test_log_client_that_hangs_up(self):
        expect_message(self.talk(lambda peer: peer.stream.sendall(b"\x16\x03\x01\x00")), "handshake_interrupted")

    def test_log_client_with_an_alert(self):
        outcome = self.talk(lambda peer: (self.shake_hands(peer), peer.send_record(ALERT, b"\x02\x30")))
        expect_message(outcome, "alert_received")

    def test_log_client_that_knows_no_order(self):
        expect_message(self.talk(lambda peer: peer.finished(b"\x00" * 12)), "unexpected_message")


class Machine(unittest.TestCase):
    """Names, addresses and ports. Nothing leaves the machine."""

    def connect(self, target, *words, **more):
        return run("connect", target, "--insecure", "--json", *words, **more)

    def test_machine_name_that_cannot_be(self):
        expect_message(self.connect("x" * 64 + ".invalid"), "name_not_found")
        expect_message(self.connect("127.0.0.1:1", "-6"), "name_not_found")

    def test_machine_name_server_that_sleeps(self):
        with tempfile.TemporaryDirectory() as folder:
            pipe = os.path.join(folder, "host.conf")
            os.mkfifo(pipe)  # the resolver opens it and waits for a writer
            outcome = self.connect("box.invalid", "--timeout", "0.3", env=environment(RESOLV_HOST_CONF=pipe))
        expect_message(outcome, "name_lookup_timeout")

    def test_machine_full_queue(self):
        with socket.socket() as listener, contextlib.ExitStack() as waiting:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            for _ in range(3):
                each = waiting.enter_context(socket.socket())
                each.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    each.connect(listener.getsockname())
            outcome = self.connect(f"127.0.0.1:{listener.getsockname()[1]}", "--timeout", "0.3")
        expect_message(outcome, "connect_timeout")

    def test_machine_no_route(self):
        expect_message(self.connect("224.0.0.1:443"), "unreachable")  # TCP knows no way to a multicast address

    def test_machine_address_without_its_zone(self):
        expect_message(self.connect("[fe80::1]:443"), "connect_failed")

    def serve(self, *words, files=None, env=None):
        files = files or ["--cert", certificate("device"), "--key", key("device")]
        return run("serve", "--www", *files, "--log-format", "json", *words, env=env)

    def test_machine_places_that_cannot_be_listened_on(self):
        expect_message(self.serve("--listen", "nonsense"), "listen_invalid")
        expect_message(self.serve("--listen", "x" * 64 + ".invalid:0"), "address_invalid")
        expect_message(self.serve("--listen", "192.0.2.1:0"), "address_not_local")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            expect_message(self.serve("--listen", taken.getsockname()[1]), "port_in_use")

    def test_machine_privileged_port(self):
        if os.geteuid() == 0:
            words = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]  # root without its rights
        else:
            words = []
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
            self.assertGreater(int(file.read()), 1, "this machine lets everybody listen on port 1")
        outcome = Outcome(subprocess.run(
            [*words, PROGRAM, "serve", "--www", "--cert", certificate("device"), "--key", key("device"), "--listen", "1"],
            capture_output=True, timeout=PATIENCE, check=False,
        ))
        expect_message(outcome, "listen_forbidden")

    def test_machine_address_without_its_zone_to_listen_on(self):
        expect_message(self.serve("--listen", "[fe80::1]:0"), "listen")

    def test_machine_options_that_do_not_fit(self):
        with tempfile.TemporaryDirectory() as folder:
            composite = write_group(folder, 3 ** 630)
            expect_message(self.serve("--listen", "0", "--dhparam", composite), "config_invalid")


if __name__ == "__main__":
    unittest.main()
