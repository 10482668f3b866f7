"""docs/recipes/, page by page: each symptom by a device that behaves so, each block from a real run."""
import hashlib
import re
import shlex
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from message_support import expect_message
from puppet import Puppet, der_of
from reach_support import Box, Reach, answer_everything, old_context
from recipes_support import (
    ADDRESS, PAGES, RUN, Recipe, choosy, device, device_certificate, hello_suites, hello_version, organisation, reset,
)
from support import PATIENCE, PROGRAM, certificate, chain, environment, key, plain_peer

TLS10_ONLY = ("--min", "tls1", "--max", "tls1")
ALERT_BAD_MAC = b"\x15\x03\x01\x00\x02\x02\x14"
ILO_ISSUER = organisation("iLO Default Issuer (Do not trust)", "ISS", "Hewlett-Packard Company")


def page_with_cookie(connection):
    """A login page that keeps its session in a Secure cookie and sends absolute redirects."""
    while (request := connection.read_request()) is not None:
        if request.target == "/":
            host = request.value("Host")
            connection.answer(status="302 Found", fields=f"Location: https://{host}/login\r\nSet-Cookie: sid=1; Secure\r\n")
        else:
            connection.answer(b"welcome back" if request.value("Cookie") == "sid=1" else b"who are you?")


def one_answer_http10(connection):
    """A page without a length, on a connection of its own."""
    if connection.read_request() is not None:
        connection.send(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>UPS on line</html>")


class Ilo(Recipe):
    page = "ilo.md"

    def certificate(self, key_name="rsa1024"):
        return device_certificate(
            self.folder.name, key_name, key_name, digest=hashlib.sha1, serial=57, issuer=ILO_ISSUER,
            names=organisation("ILOUSE0000001.localdomain", "ISS", "Hewlett-Packard Company"), signer="ca",
            dates=("080101000000Z", "230101000000Z"),
        )

    @staticmethod
    def forgets_what_was_offered(connection, hello):
        """A hello above TLS 1.0 gets TLS 1.0, and in the end bad_record_mac: the box looks for the version that it
        chose in the secret, where the version that was offered stands."""
        if hello_version(hello) <= 0x0301:
            return False
        front = ssl.MemoryBIO()
        back = ssl.MemoryBIO()
        context = old_context()
        context.set_ciphers("AES128-SHA:@SECLEVEL=0")
        side = context.wrap_bio(front, back, server_side=True)
        front.write(hello)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            pass
        connection.send(back.read())
        connection.receive()
        connection.send(ALERT_BAD_MAC)
        connection.receive()
        return True

    def test_ilo_that_cannot_stand_newer_offers(self):
        words = (*TLS10_ONLY, "--suites", "RC4-SHA,RC4-MD5,DES-CBC3-SHA")
        with device(page_with_cookie, *words, name=self.certificate()) as (old, _):
            with choosy(old, self.forgets_what_was_offered) as port:
                with self.reach("ilo-bad-mac", f"heirloom reach https://{ADDRESS} --accept-new -v", port) as bridge:
                    moved = bridge.fetch("/")
                    self.assertEqual(moved.getheader("Location"), bridge.url.rstrip("/") + "/login")
                    self.assertEqual(moved.getheader("Set-Cookie"), "sid=1")
                    self.assertEqual(bridge.fetch("/login", Cookie="sid=1").body, b"welcome back")

    def test_ilo_with_ssl3_and_rc4(self):
        with device(answer_everything, "--max", "ssl3", "--suites", "RC4-MD5", name=self.certificate()) as (port, _):
            self.symptom(port, "sslv3 alert handshake failure")
            with self.reach("ilo-ssl3", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                self.assertEqual(bridge.fetch("/x").body, b"GET /x")

    def test_ilo_with_a_new_key_and_the_old_serial_number(self):
        words = (*TLS10_ONLY, "--suites", "RC4-SHA")
        with device(answer_everything, *words, name=self.certificate()) as (first, _):
            with device(answer_everything, *words, name=self.certificate("rsa2048")) as (second, _):
                boxes = [first, second]

                def treat(connection, hello):
                    with socket.create_connection(("127.0.0.1", boxes[0]), timeout=PATIENCE) as server:
                        server.sendall(hello)
                        thread = threading.Thread(target=pump_quietly, args=(server, connection.stream), daemon=True)
                        thread.start()
                        pump_quietly(connection.stream, server)
                        thread.join(PATIENCE)
                    return True

                with choosy(first, treat) as port:
                    with self.reach("ilo-first", f"heirloom reach https://{ADDRESS} --accept-new", port):
                        pass
                    boxes.pop(0)
                    outcome = self.run_command("ilo-changed", f"heirloom reach https://{ADDRESS}", port, 5)
                    expect_message(outcome, "certificate_changed")
                    accepted = outcome.advice.removeprefix("Try: heirloom reach ").split()
                    done = subprocess.Popen(
                        [PROGRAM, "reach", *accepted], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                        stdin=subprocess.DEVNULL, env=self.environment(),
                    )
                    self.assertIn(b".localhost:", done.stdout.readline())
                    done.terminate()
                    done.communicate(timeout=PATIENCE)

    def test_ilo_with_two_factors(self):
        words = (*TLS10_ONLY, "--suites", "RC4-SHA", "--client-auth", "required", "--cafile", chain("ca"))
        with device(answer_everything, *words, name=self.certificate()) as (port, _):
            outcome = self.run_command("ilo-two-factors", f"heirloom reach https://{ADDRESS} --accept-new -q", port, 4)
            expect_message(outcome, "client_certificate_required")


def pump_quietly(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Idrac(Recipe):
    page = "idrac.md"

    def test_idrac_with_an_expired_certificate(self):
        name = device_certificate(
            self.folder.name, "idrac", digest=hashlib.md5, issuer=organisation("iDRAC6 default certificate", "Remote Access Group", "Dell Inc."),
            names=organisation("iDRAC6 default certificate", "Remote Access Group", "Dell Inc."),
            dates=("061031000000Z", "161031000000Z"),
        )
        with device(page_with_cookie, *TLS10_ONLY, "--suites", "AES128-SHA,RC4-SHA", name=name) as (port, _):
            self.complaint(port, "EE certificate key too weak")
            with self.reach("idrac", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                self.assertEqual(bridge.fetch("/login", Cookie="sid=1").body, b"welcome back")


class Apc(Recipe):
    page = "apc.md"

    def test_apc_with_ssl3_only(self):
        name = device_certificate(
            self.folder.name, "apc", digest=hashlib.md5, issuer=organisation("apc00A0B0"), names=organisation("apc00A0B0"),
            dates=("040101000000Z", "140101000000Z"),
        )
        with device(one_answer_http10, "--max", "ssl3", "--suites", "DES-CBC3-SHA,RC4-MD5", name=name) as (port, plain):
            self.symptom(port, "sslv3 alert handshake failure")
            with self.reach("apc", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                for _ in range(3):
                    self.assertEqual(bridge.fetch("/").body, b"<html>UPS on line</html>")
            self.assertGreaterEqual(plain.accepted, 3, "one request a connection")
            self.run_command("apc-get", f"heirloom get -f https://{ADDRESS}/", port, 0)


class Printer(Recipe):
    page = "hp-printer.md"

    def test_printer_with_des_only(self):
        name = device_certificate(
            self.folder.name, "printer", "rsa512", issuer=organisation("HP Jetdirect 0A1B2C3D", "", "Hewlett-Packard Co."),
            names=organisation("HP Jetdirect 0A1B2C3D", "", "Hewlett-Packard Co."), dates=("000101000000Z", "100101000000Z"),
        )
        with device(page_with_cookie, "--max", "tls1", "--suites", "DES-CBC-SHA", name=name) as (port, _):
            self.symptom(port, "sslv3 alert handshake failure")
            with self.reach("printer", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                self.assertEqual(bridge.fetch("/").getheader("Location"), bridge.url.rstrip("/") + "/login")


class Cisco(Recipe):
    page = "cisco.md"

    def test_ios_with_ssl3(self):
        name = device_certificate(
            self.folder.name, "ios", digest=hashlib.md5, issuer=organisation("IOS-Self-Signed-Certificate-1234567890"),
            names=organisation("IOS-Self-Signed-Certificate-1234567890"), dates=("930301000000Z", "200101000000Z"),
        )
        with device(answer_everything, "--max", "ssl3", "--suites", "DES-CBC-SHA", name=name) as (port, _):
            self.symptom(port, "sslv3 alert handshake failure")
            with self.reach("ios", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                self.assertEqual(bridge.fetch("/x").body, b"GET /x")

    def test_asa_without_the_renegotiation_extension(self):
        """The peer in plain Python knows nothing of RFC 5746."""

        def asa(client):
            peer = Puppet(client, "server", suite=0x0005)
            hello = peer.read_client_hello()
            if hello[:2] > b"\x03\x01":  # newer offers contain no RC4: it takes AES and is refused before a key is needed
                peer.server_hello(suite=0x002F)
                client.recv(4096)
                return
            peer.server_hello()
            peer.certificate(der_of(certificate("device")))
            peer.hello_done()
            peer.read_key_exchange(key("device"))
            peer.read_change_cipher_spec()
            peer.read_finished()
            peer.change_cipher_spec()
            peer.finished()
            while peer.read():
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nASDM")

        def quietly(client):
            try:
                asa(client)
            except (ValueError, ConnectionError):
                pass

        with plain_peer(quietly) as port:
            self.symptom(port, "unsafe legacy renegotiation disabled")
            with self.reach("asa", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                self.assertEqual(bridge.fetch("/").body, b"ASDM")


class Esx(Recipe):
    page = "esx.md"

    def test_esx_with_512_bits(self):
        name = device_certificate(
            self.folder.name, "esx", "rsa512", digest=hashlib.sha1, issuer=organisation("localhost.localdomain", "VMware ESX Server Default Certificate", "VMware, Inc."),
            names=organisation("localhost.localdomain", "VMware ESX Server Default Certificate", "VMware, Inc."), dates=("080101000000Z", "200101000000Z"),
        )
        with device(page_with_cookie, *TLS10_ONLY, "--suites", "AES256-SHA,RC4-MD5", name=name) as (port, _):
            self.complaint(port, "EE certificate key too weak")
            with self.reach("esx", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                self.assertEqual(bridge.fetch("/login", Cookie="sid=1").body, b"welcome back")


class Windows2003(Recipe):
    page = "windows-2003.md"

    @staticmethod
    def looks_at_64_suites(connection, hello):
        known = {0x0004, 0x0005, 0x000A}
        if known & set(hello_suites(hello)[:64]):
            return False
        reset(connection)
        return True

    def test_iis6_that_looks_no_further(self):
        name = device_certificate(
            self.folder.name, "iis", digest=hashlib.sha1, issuer=organisation("Example Root", "IT", "Example"),
            names=organisation("intranet.example", "IT", "Example"), signer="ca", dates=("060101000000Z", "160101000000Z"),
        )
        with device(answer_everything, *TLS10_ONLY, "--suites", "RC4-MD5,RC4-SHA,DES-CBC3-SHA", name=name) as (old, _):
            with choosy(old, self.looks_at_64_suites) as port:
                self.symptom(port, "connection reset by peer")
                with self.reach("iis6", f"heirloom reach https://{ADDRESS} --accept-new -v", port) as bridge:
                    self.assertEqual(bridge.fetch("/x").body, b"GET /x")


class AnyBox(Recipe):
    """The symptoms of docs/recipes/README.md that belong to no device in particular."""

    page = "README.md"

    def test_box_that_hangs_on_new_hellos(self):
        def treat(connection, hello):
            if hello_version(hello) <= 0x0301:
                return False
            while connection.receive():
                pass
            return True

        with device(answer_everything, *TLS10_ONLY, "--suites", "RC4-SHA", name="device") as (old, _):
            with choosy(old, treat) as port:
                self.symptom(port, "timed out", timeout=1)
                with self.reach("hangs", f"heirloom reach https://{ADDRESS} --accept-new -v", port) as bridge:
                    self.assertEqual(bridge.fetch("/x").body, b"GET /x")

    def test_box_that_hangs_up_on_extensions(self):
        def treat(_, hello):
            at = 44 + hello[43]
            at += 2 + int.from_bytes(hello[at:at + 2], "big")
            return len(hello) > at + 1 + hello[at] or 0x00FF in hello_suites(hello)

        with device(answer_everything, *TLS10_ONLY, "--suites", "RC4-SHA", name="device") as (old, _):
            with choosy(old, treat) as port:
                self.symptom(port, "unexpected eof while reading")
                with self.reach("hangs-up", f"heirloom reach https://{ADDRESS} --accept-new -v", port) as bridge:
                    self.assertEqual(bridge.fetch("/x").body, b"GET /x")

    def test_box_that_drops_idle_connections(self):
        dropped = threading.Event()

        def handler(connection):
            if connection.read_request() is not None:
                connection.answer(b"one")
            dropped.set()

        with device(handler, *TLS10_ONLY, "--suites", "RC4-SHA", name="device") as (port, plain):
            with self.reach("drops", f"heirloom reach https://{ADDRESS} --accept-new", port) as bridge:
                for _ in range(3):
                    dropped.clear()
                    self.assertEqual(bridge.fetch("/").body, b"one")
                    self.assertTrue(dropped.wait(PATIENCE))
            self.assertEqual(plain.accepted, 3)

    def test_box_that_says_no_goodbye(self):
        context = old_context()
        with Box(one_answer_http10, context) as box:
            outcome = self.run_command("no-goodbye", f"heirloom get -k https://{ADDRESS}/", box.port, 56)
            self.assertEqual(outcome.out, b"<html>UPS on line</html>")
            self.run_command("no-goodbye-accepted", f"heirloom get -k --accept-truncated https://{ADDRESS}/", box.port, 0)
            with Reach("--accept-new", box.url, state=self.state) as reach:
                self.assertEqual(reach.fetch("/").body, b"<html>UPS on line</html>")
                reach.wait_for_log("without close_notify")

    def test_box_that_cannot_be_reached(self):
        def refusing(connection):
            connection.receive()
            connection.send(b"\x15\x03\x01\x00\x02\x02\x28")

        with Box(refusing) as box:
            outcome = self.run_command("refuses", f"heirloom reach https://{ADDRESS}", box.port, 4)
            expect_message(outcome, "no_common_cipher_suite")


class Pages(unittest.TestCase):
    def pages(self):
        return sorted(PAGES.glob("*.md"))

    def test_every_block_comes_from_a_run(self):
        source = (PAGES.parent.parent / "tests" / "app" / "e2e" / "recipes_test.py").read_text(encoding="utf-8")
        for page in self.pages():
            for name, _ in RUN.findall(page.read_text(encoding="utf-8")):
                self.assertIn(f'"{name}"', source, page.name)

    def test_every_command_can_be_typed(self):
        """Commands in blocks of their own; towards a port where nothing listens they end with anything but usage."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            closed = taken.getsockname()[1]
        count = 0
        with tempfile.TemporaryDirectory() as state:
            for page in self.pages():
                for line in re.findall(r"^    (heirloom .*)$", page.read_text(encoding="utf-8"), re.M):
                    words = [re.sub(re.escape(ADDRESS) + r"(?::\d+)?", f"127.0.0.1:{closed}", word) for word in shlex.split(line)[1:]]
                    with self.subTest(page=page.name, line=line):
                        done = subprocess.run(
                            [PROGRAM, *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE,
                            env=environment(XDG_STATE_HOME=state), check=False, cwd=state, text=True,
                        )
                        self.assertNotIn(done.returncode, (2, 70), done.stderr)
                        self.assertEqual(done.returncode == 0, ADDRESS not in line, done.stderr)
                        count += 1
        self.assertGreaterEqual(count, len(self.pages()) - 1)

    def test_index_names_every_page(self):
        index = (PAGES / "README.md").read_text(encoding="utf-8")
        for page in self.pages():
            if page.name != "README.md":
                self.assertIn(f"({page.name})", index)


if __name__ == "__main__":
    unittest.main()
