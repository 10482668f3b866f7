"""`heirloom reach --check`: what it says of boxes whose settings are known, and of boxes that misbehave."""
import base64
import json
import os
import re
import socket
import ssl
import struct
import tempfile
import time
import unittest

from check_support import Relay, Run, has_extensions, is_open, reset
from message_support import expect_message
from reach_support import Box, answer_everything, fingerprint, modern_context, old_context, write_pins
from support import PATIENCE, Server, certificate, environment, plain_peer, run

OK, USAGE, NETWORK, HANDSHAKE, INCOMPLETE = 0, 2, 3, 4, 6
# Those that `serve` has with an RSA key and no allowance.
DEVICE_SUITES = {int(each["id"], 16) for each in json.loads(run("suites", "--json").out)["suites"]
                 if not each["allow"] and each["key_exchange"] in ("RSA", "DHE_RSA", "ECDHE_RSA")}
# The second Oakley group, RFC 2409 §6.2.
OAKLEY_1024 = bytes.fromhex(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff"
)


def group_file(folder, prime):
    """PEM of Diffie-Hellman parameters with generator 2."""
    integers = b"\x02\x81\x81\x00" + prime + b"\x02\x01\x02"
    der = b"\x30\x81" + bytes([len(integers)]) + integers
    path = os.path.join(folder, "group.pem")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"-----BEGIN DH PARAMETERS-----\n{base64.encodebytes(der).decode()}-----END DH PARAMETERS-----\n")
    return path


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = folder.name

    def check(self, *words):
        return Run(*words, state=self.state)

    def check_server(self, *words, name="device"):
        with Server(*words, name=name) as server:
            result = self.check(server.address)
        self.assertEqual(result.code, OK, result.outcome.err)
        return result.box

    def check_python(self, context):
        with Box(answer_everything, context) as box:
            result = self.check(f"127.0.0.1:{box.port}")
        self.assertEqual(result.code, OK, result.outcome.err)
        return result.box


class OwnServer(Case):
    def test_a_device(self):
        box = self.check_server()
        self.assertEqual(box.accepted(), {"SSL 3.0", "TLS 1.0"})
        for version in box.accepted():
            self.assertEqual(box.suites(version), DEVICE_SUITES)
            self.assertEqual(box.protocols[version]["preference"], "server")
            self.assertTrue(box.protocols[version]["handshake_completed"])
            self.assertEqual(box.protocols[version]["suites"][0]["openssl"], "ECDHE-RSA-AES256-SHA")
        for name in ("poodle", "suite_rc4", "suite_des", "sweet32", "beast", "ssl3", "tls1_0", "dh_group"):
            self.assertEqual(box.status(name), "finding", name)
        for name in ("suite_null", "suite_anonymous", "suite_export", "ssl2", "tls1_1"):
            self.assertEqual(box.status(name), "ok", name)
        for name in ("secure_renegotiation", "fallback_signal", "compression", "resumption", "version_tolerance"):
            self.assertEqual((name, box.severity(name)), (name, "OK"))
        self.assertEqual(box.checks["poodle"]["cve"], ["CVE-2014-3566"])
        self.assertEqual(box.severity("certificate_key"), "HIGH")
        self.assertIn("1024 bits", box.evidence("certificate_key"))
        self.assertIn("md5", box.evidence("certificate_signature"))
        self.assertIn("expired", box.evidence("certificate_dates"))
        self.assertEqual(box.object["certificates"][0]["fingerprint"], fingerprint("device"))
        pem = box.object["certificates"][0]["pem"][0]
        with open(certificate("device"), encoding="ascii") as file:
            self.assertEqual(ssl.PEM_cert_to_DER_cert(pem), ssl.PEM_cert_to_DER_cert(file.read()))
        self.assertEqual(os.listdir(self.state), [], "nothing is remembered")

    def test_ssl30_with_one_suite(self):
        box = self.check_server("--max", "ssl3", "--suites", "RC4-MD5")
        self.assertEqual(box.accepted(), {"SSL 3.0"})
        self.assertEqual(box.suites("SSL 3.0"), {0x0004})
        self.assertEqual(box.protocols["SSL 3.0"]["preference"], "one suite")
        self.assertEqual(box.status("poodle"), "ok", "RC4 has no padding")
        self.assertEqual(box.status("fallback_signal"), "not_testable")
        self.assertEqual(box.checks["hello_tls1_0"]["tested"], True)

    def test_tls10_without_weak_suites(self):
        box = self.check_server("--min", "tls1", "--suites", "AES128-SHA,AES256-SHA", "--no-sessions")
        self.assertEqual(box.accepted(), {"TLS 1.0"})
        self.assertEqual(box.suites("TLS 1.0"), {0x002F, 0x0035})
        self.assertEqual(box.status("suite_rc4"), "ok")
        self.assertEqual(box.status("sweet32"), "ok")
        self.assertEqual(box.severity("resumption"), "INFO")

    def test_a_museum(self):
        box = self.check_server("--preset", "museum")
        self.assertEqual(box.severity("suite_null"), "CRITICAL")
        self.assertLessEqual({0x0001, 0x0002}, box.suites("TLS 1.0"))
        self.assertEqual(box.object["severity"], "CRITICAL")

    def test_without_secure_renegotiation(self):
        box = self.check_server("--no-extensions")
        self.assertEqual(box.severity("secure_renegotiation"), "MEDIUM")
        self.assertEqual(box.checks["secure_renegotiation"]["cve"], ["CVE-2009-3555"])

    def test_a_client_certificate_is_noticed(self):
        box = self.check_server("--client-auth", "required", "--cafile", certificate("ca"))
        self.assertIn("asks for one at SSL 3.0, TLS 1.0", box.evidence("client_certificate"))
        self.assertIn("client certificate", box.evidence("hello_tls1_0"))
        self.assertEqual(box.suites("TLS 1.0"), DEVICE_SUITES)


class SystemLibrary(Case):
    """Python's ssl module, which is the system's OpenSSL: its settings are known, its code is not ours."""

    def ids(self, context, protocol):
        """What the context has for a server with an RSA key, by its own list."""
        found = set()
        for cipher in context.get_ciphers():
            is_13 = cipher["protocol"] == "TLSv1.3"
            serves = is_13 or cipher["auth"] in ("auth-rsa", "auth-any")
            if serves and is_13 == (protocol == "TLS 1.3"):
                found.add(cipher["id"] & 0xFFFF)
        return found

    def test_defaults(self):
        context = modern_context()
        box = self.check_python(context)
        self.assertEqual(box.accepted(), {"TLS 1.2", "TLS 1.3"})
        self.assertEqual(box.suites("TLS 1.3"), self.ids(context, "TLS 1.3"))
        without_group = {suite for suite in self.ids(context, "TLS 1.2") if suite not in self.dhe(context)}
        self.assertEqual(box.suites("TLS 1.2"), without_group, "Python has no group for DHE")
        self.assertEqual(box.status("resumption"), "not_testable")
        self.assertEqual(box.severity("fallback_signal"), "OK")

    def dhe(self, context):
        return {each["id"] & 0xFFFF for each in context.get_ciphers() if each["kea"] == "kx-dhe"}

    def test_every_suite_of_tls12(self):
        context = modern_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ALL:eNULL:!PSK:!SRP:!DHE:!ADH:!AECDH:!ECDSA@SECLEVEL=0")
        box = self.check_python(context)
        self.assertEqual(box.suites("TLS 1.2"), self.ids(context, "TLS 1.2"))
        self.assertEqual(box.severity("suite_null"), "CRITICAL")
        self.assertTrue(box.protocols["TLS 1.2"]["handshake_completed"])

    def test_anonymous_suites(self):
        context = modern_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH:@SECLEVEL=0")
        box = self.check_python(context)
        self.assertEqual(box.severity("suite_anonymous"), "CRITICAL")
        self.assertEqual(box.suites("TLS 1.2"), {0xC015, 0xC018, 0xC019})

    def test_tls10_and_tls11(self):
        versions = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
        box = self.check_python(old_context("device", versions))
        self.assertEqual(box.accepted(), {"TLS 1.0", "TLS 1.1"})
        for version in box.accepted():
            self.assertTrue(box.protocols[version]["handshake_completed"])
            self.assertEqual(box.suites(version) & DEVICE_SUITES, {0x002F, 0x0035, 0xC013, 0xC014})
        self.assertEqual(box.severity("tls1_1"), "LOW")
        self.assertEqual(box.severity("version_tolerance"), "OK")

    def test_a_small_group(self):
        context = old_context()
        context.set_ciphers("DHE-RSA-AES128-SHA:AES128-SHA@SECLEVEL=0")
        context.load_dh_params(group_file(self.state, OAKLEY_1024))
        box = self.check_python(context)
        self.assertEqual(box.severity("dh_group"), "HIGH")
        self.assertIn("1024 bits", box.evidence("dh_group"))
        self.assertEqual(box.checks["dh_group"]["cve"], ["CVE-2015-4000"])

    def test_server_and_client_order(self):
        for options, order in ((ssl.OP_CIPHER_SERVER_PREFERENCE, "server"), (0, "client")):
            context = old_context()
            context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
            context.options |= options
            self.assertEqual(self.check_python(context).protocols["TLS 1.0"]["preference"], order)


class Accidents(Case):
    def test_every_second_connection_is_reset(self):
        def accident(number, client):
            if number % 2 == 0:
                reset(client)
            return number % 2 == 0

        with Server() as server:
            plain = self.check(server.address).box
            with Relay(server.port, accident) as relay:
                result = self.check("--timeout", "4", relay.address)
        self.assertEqual(result.code, OK, result.outcome.err)
        for version in ("SSL 3.0", "TLS 1.0"):
            self.assertEqual(result.box.suites(version), plain.suites(version))
        differences = {
            name for name in plain.checks if plain.checks[name]["severity"] != result.box.checks[name]["severity"]
        }
        self.assertEqual(differences, set())

    def test_one_connection_at_a_time(self):
        seen = {}  # of each connection, before it got an answer: the newest one's number, and how many were open

        def accident(number, _client):
            if number % 10 == 1:
                time.sleep(0.4)  # whoever wants a second connection has opened it by then
            give_up = time.monotonic() + PATIENCE  # the end of the one before may still be under way
            while sum(map(is_open, relay.clients)) > 1 and time.monotonic() < give_up:
                time.sleep(0.01)
            seen[number] = (relay.count, sum(map(is_open, relay.clients)))
            return False

        with Server() as server, Relay(server.port, accident) as relay:
            result = self.check(relay.address)
            self.assertEqual(result.box.object["connections"], relay.count)
        self.assertEqual(len(seen), relay.count)
        self.assertGreater(len(seen), 20)
        for number, newest_and_open in seen.items():
            self.assertEqual(newest_and_open, (number, 1))

    def test_a_box_that_stops_answering(self):
        def accident(number, client):
            if number > 12:
                reset(client)
            return number > 12

        with Server() as server, Relay(server.port, accident) as relay:
            result = self.check(relay.address)
            self.assertLess(relay.count, 50, "it is left alone")
        self.assertEqual(result.code, INCOMPLETE)
        expect_message(result.outcome, "check_incomplete")
        box = result.box
        self.assertFalse(box.object["complete"])
        unknown = [name for name, check in box.checks.items() if check["status"] == "not_tested"]
        self.assertIn("suite_export", unknown)
        self.assertIn("fallback_signal", unknown)
        self.assertIn("unknown", {protocol["state"] for protocol in box.protocols.values()})
        for name in unknown:
            self.assertTrue(box.evidence(name), name)
            self.assertIsNone(box.severity(name))

    def test_the_limit_of_connections(self):
        with Server() as server, Relay(server.port) as relay:
            result = self.check("--max-connections", "9", relay.address)
            self.assertEqual(relay.count, 9)
        self.assertEqual(result.code, INCOMPLETE)
        self.assertIn("the limit of 9 connections was reached", str(result.box.object))
        expect_message(result.outcome, "check_limit")
        self.assertIn("--max-connections 400", str(result.outcome.err))

    def test_a_box_that_hangs_up_instead_of_an_alert(self):
        with Server() as server, Relay(server.port, drops_alerts=True) as relay:
            result = self.check(relay.address)
        self.assertEqual(result.code, INCOMPLETE, "the signal of RFC 7507 has one right answer, and this is none")
        box = result.box
        self.assertEqual(box.suites("TLS 1.0"), DEVICE_SUITES)
        self.assertEqual(box.status("suite_export"), "ok")
        self.assertEqual(box.evidence("tls1_3"), "not accepted: the box hung up")
        self.assertEqual([name for name in box.checks if box.status(name) == "not_tested"], ["fallback_signal"])

    def test_a_box_that_chokes_on_extensions(self):
        with Server("--no-extensions") as server:
            with Relay(server.port, judge=lambda hello: hello[0] != 22 or not has_extensions(hello)) as relay:
                result = self.check(f"localhost:{relay.port}")
        self.assertEqual(result.code, OK, result.outcome.err)
        box = result.box
        self.assertEqual(box.evidence("hello_tls1_0"), "the box hung up")
        self.assertEqual(box.severity("extension_tolerance"), "LOW")
        self.assertEqual(box.accepted(), {"SSL 3.0", "TLS 1.0"})
        self.assertEqual(box.suites("TLS 1.0"), DEVICE_SUITES)

    def test_a_box_that_closes_on_higher_versions(self):
        with Server() as server:
            with Relay(server.port, judge=lambda hello: hello[0] != 22 or hello[9:11] <= b"\3\1") as relay:
                box = self.check("--timeout", "4", relay.address).box
        self.assertEqual(box.severity("version_tolerance"), "LOW")
        self.assertEqual(box.accepted(), {"SSL 3.0", "TLS 1.0"})

    def test_compression_is_noticed(self):
        def handler(client):
            hello = client.recv(65536)
            suites = hello[46:46 + struct.unpack(">H", hello[44:46])[0]] if hello[0] == 22 else b""
            if hello[0] != 22 or hello[9:11] != b"\3\0" or b"\0\x0a" not in suites:
                client.sendall(b"\x15\3\0\0\2\2\x28")
                return
            at = 46 + len(suites)
            method = 1 if 1 in hello[at + 1:at + 1 + hello[at]] else 0
            body = b"\3\0" + bytes(32) + b"\0\0\x0a" + bytes([method])
            client.sendall(b"\x16\3\0\0\x2e\2\0\0" + bytes([len(body)]) + body + b"\x0e\0\0\0")

        with plain_peer(handler) as port:
            box = self.check(f"127.0.0.1:{port}").box
        self.assertEqual(box.suites("SSL 3.0"), {0x000A})
        self.assertEqual(box.severity("compression"), "MEDIUM")
        self.assertEqual(box.checks["compression"]["cve"], ["CVE-2012-4929"])

    def test_ssl20(self):
        with open(certificate("device"), encoding="ascii") as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        kinds = b"\1\0\x80\2\0\x80\7\0\xc0"

        def handler(client):
            hello = client.recv(65536)
            if not (hello[0] & 0x80 and hello[2:5] == b"\1\0\2"):
                client.sendall(b"\x80\3\0\0\1")
                return
            fixed = struct.pack(">BBBHHHH", 4, 0, 1, 2, len(der), len(kinds), 16)
            body = fixed + der + kinds + bytes(16)
            client.sendall(struct.pack(">H", 0x8000 | len(body)) + body)

        with plain_peer(handler) as port:
            result = self.check(f"127.0.0.1:{port}")
        self.assertEqual(result.code, OK, result.outcome.err)
        box = result.box
        self.assertEqual(box.accepted(), {"SSL 2.0"})
        self.assertEqual(box.suites("SSL 2.0"), {0x010080, 0x020080, 0x0700C0})
        self.assertEqual(box.severity("ssl2"), "CRITICAL")
        self.assertEqual(box.checks["ssl2"]["cve"], ["CVE-2016-0800"])
        self.assertEqual(box.status("suite_export"), "finding")
        self.assertEqual(box.object["certificates"][0]["fingerprint"], fingerprint("device"))


class Unreachable(Case):
    def assert_nothing(self, result, code, cause):
        self.assertEqual(result.code, code, result.outcome.err)
        expect_message(result.outcome, cause)
        self.assertEqual(result.box.object["error"]["cause"], cause)
        self.assertEqual(result.box.object["error"]["exit_code"], code)
        self.assertEqual(result.box.object["protocols"], [])
        self.assertIsNone(result.box.object["severity"], "an auditor must not count it as clean")
        self.assertNotIn("ok", {result.box.status(name) for name in result.box.checks if not name.startswith("hello_")})

    def test_closed_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        self.assert_nothing(self.check(f"127.0.0.1:{port}"), NETWORK, "connection_refused")

    def test_plain_http(self):
        def answer(client):
            client.recv(65536)
            client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        with plain_peer(answer) as port:
            self.assert_nothing(self.check(f"127.0.0.1:{port}"), HANDSHAKE, "not_tls_http_response")

    def test_ssh(self):
        def answer(client):
            client.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
            client.recv(65536)

        with plain_peer(answer) as port:
            self.assert_nothing(self.check(f"127.0.0.1:{port}"), HANDSHAKE, "not_tls_ssh")

    def test_silence(self):
        with plain_peer(lambda client: client.recv(65536) and client.recv(65536)) as port:
            started = time.monotonic()
            self.assert_nothing(self.check("--timeout", "0.6", f"127.0.0.1:{port}"), NETWORK, "silent")
            self.assertLess(time.monotonic() - started, 20)

    def test_several_boxes(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            closed = f"127.0.0.1:{taken.getsockname()[1]}"
        with Server() as one, Server("--max", "ssl3") as other:
            result = self.check(one.address, other.address)
            self.assertEqual((result.code, len(result.boxes)), (OK, 2))
            result = self.check(one.address, closed)
            self.assertEqual((result.code, len(result.boxes)), (INCOMPLETE, 2))
        self.assertEqual(self.check(closed, closed).code, NETWORK)


class CommandLine(Case):
    def run_text(self, *words):
        return run("reach", "--check", *words, env=environment(XDG_STATE_HOME=self.state))

    def test_what_makes_no_sense_is_refused(self):
        for words in (["--listen", "0"], ["--accept-new"], ["--max", "ssl3"], ["--no-fallback-signal"]):
            outcome = self.run_text("127.0.0.1:1", *words)
            self.assertEqual(outcome.code, USAGE)
            self.assertIn(f"{words[0]} makes no sense with --check", outcome.sentence)
            expect_message(outcome, "check_option")
        outcome = self.run_text("--tcp", "127.0.0.1:1")
        expect_message(outcome, "check_option")
        self.assertIn("Try: heirloom reach --check 127.0.0.1:1\n", outcome.err)
        outcome = self.run_text()
        self.assertEqual(outcome.code, USAGE)
        expect_message(outcome, "check_target")

    def test_text_says_of_each_line_whether_it_was_tested(self):
        with Server() as server:
            outcome = self.run_text(server.address)
            result = self.check(server.address)
        self.assertEqual(outcome.code, OK)
        text = outcome.out.decode()
        stated = re.findall(r"^  (tested  |could not test)", text, re.M)
        self.assertEqual(len(stated), len(result.box.checks))
        self.assertRegex(text, rf"(?m)^{server.address}: worst [A-Z]+, 0 of {len(stated)} lines could not be tested, ")
        self.assertIn(f", {stated.count('could not test')} make no sense for this box or cannot be asked, ", text)
        for words in ("SSL 3.0", "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)", "CVE-2014-3566", "POODLE", "SWEET32"):
            self.assertIn(words, text)
        self.assertNotIn("\x1b", text)

    def test_the_pin_list_is_looked_at(self):
        with Server() as server:
            line = (
                f"{server.address} version=tls1.0 suite=rc4-128 hello=tls1.0 certificate={{}} trust=accepted port=0 "
                "first-seen=2026-01-31T12:00:00Z last-seen=2026-02-01T08:30:00Z\n"
            )
            write_pins(self.state, line.format("sha256:" + "0" * 64))
            self.assertEqual(self.check(server.address).box.severity("pin"), "HIGH")
            write_pins(self.state, line.format(fingerprint("device")))
            self.assertEqual(self.check(server.address).box.severity("pin"), "OK")
            write_pins(self.state, f"{server.address} version=none\n")
            result = self.check(server.address)
            self.assertEqual((result.code, result.box.status("pin")), (INCOMPLETE, "not_tested"))


if __name__ == "__main__":
    unittest.main()
