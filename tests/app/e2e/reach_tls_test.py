"""`heirloom reach --tls` and `heirloom ca`: the local side in TLS, checked by clients that we did not write."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import stat
import subprocess
import tempfile
import unittest

from message_support import expect_message
from reach_support import Box, Reach, answer_everything, fail, modern_context, old_box, old_context
from support import PATIENCE, environment, read_all, run


def secrets_of_a_page(connection):
    """A box that sets cookies for https only, and sends people to itself."""
    request = connection.read_request()
    fields = "Set-Cookie: sid=1; Secure; HttpOnly; SameSite=None; Domain=box\r\nSet-Cookie: __Host-x=2; Secure; Path=/\r\n"
    fields += f"Location: https://127.0.0.1:{connection.box.port}/next\r\nStrict-Transport-Security: max-age=9\r\n"
    connection.answer(repr(request.value("Origin")).encode(), "302 Found", fields)


class LocalTls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.state = folder.name
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(self.state) / "heirloom" / "ca"

    def ca(self, *words):
        return run("ca", *words, env=environment(XDG_STATE_HOME=self.state))

    def start(self, *words):
        reach = Reach("--accept-new", "--tls", *words, state=self.state)
        self.addCleanup(reach.__exit__)
        return reach

    def trusting(self):
        """What Python makes of the authority, with everything that it can check."""
        context = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def secured(self, port, name, host="127.0.0.1", context=None):
        stream = socket.create_connection((host, port), timeout=PATIENCE)
        self.addCleanup(stream.close)
        secure = (context or self.trusting()).wrap_socket(stream, server_hostname=name)
        self.addCleanup(secure.close)
        return secure

    def fetch(self, reach, target="/", **fields):
        connection = http.client.HTTPSConnection("127.0.0.1", reach.port, timeout=PATIENCE, context=self.trusting())
        connection.sock = self.secured(reach.port, reach.authority.split(":")[0])
        connection.request("GET", target, headers={"Host": reach.authority} | fields)
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def test_all_names_of_a_page_verify(self):
        with old_box(answer_everything) as (url, _):
            reach = self.start(url + "/start")
            self.assertTrue(reach.url.startswith("https://127-0-0-1-"))
            self.assertTrue(reach.url.endswith("/start"))
            self.assertEqual(self.fetch(reach, "/x").body, b"GET /x")
            for name in (reach.authority.split(":")[0], "localhost", "127.0.0.1", "::1"):
                with self.subTest(name):
                    stream = self.secured(reach.port, name, "::1" if name == "::1" else "127.0.0.1")
                    self.assertIn(stream.version(), ("TLSv1.2", "TLSv1.3"))
            with self.assertRaisesRegex(ssl.SSLError, "certificate verify failed"):
                self.secured(reach.port, "10.0.0.5")
            self.assertEqual(reach.stop(), 0)

    def test_curl_trusts_the_file_and_nothing_else_does(self):
        curl = shutil.which("curl")
        if curl is None:
            self.skipTest("curl is not installed")
        with Box(answer_everything, old_context()) as box:
            reach = self.start(box.url)
            command = [curl, "-sS", "--resolve", f"{reach.authority}:127.0.0.1", reach.url + "page"]
            trusted = subprocess.run(
                [*command, "--cacert", self.folder / "certificate.pem"], capture_output=True, timeout=PATIENCE, check=False
            )
            self.assertEqual((trusted.stdout, trusted.stderr), (b"GET /page", b""))
            untrusted = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
            self.assertEqual(untrusted.returncode, 60)

    def test_old_versions_are_refused_on_the_local_side(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        with Box(answer_everything, old_context()) as box:
            reach = self.start(box.url)
            with self.assertRaises(ssl.SSLError):
                self.secured(reach.port, "localhost", context=context)

    def test_cookies_and_redirections_fit_https(self):
        with Box(secrets_of_a_page, old_context()) as box:
            reach = self.start(box.url)
            response = self.fetch(reach, "/", Origin=f"https://{reach.authority}")
            self.assertEqual(response.body, repr(box.url).encode())
            self.assertEqual(response.getheader("Location"), f"https://{reach.authority}/next")
            cookies = [value for name, value in response.getheaders() if name == "Set-Cookie"]
            self.assertEqual(cookies, ["sid=1; Secure; HttpOnly; SameSite=None", "__Host-x=2; Secure; Path=/"])
            self.assertIsNone(response.getheader("Strict-Transport-Security"))
            self.assertEqual(self.fetch(reach, "/", Origin=f"http://{reach.authority}").status, 403)

    def test_http_is_sent_to_https(self):
        with Box(answer_everything, old_context()) as box:
            reach = self.start(box.url)
            answer = reach.raw(b"GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n").decode()
            self.assertTrue(answer.startswith("HTTP/1.1 307 "))
            self.assertIn(f"\r\nLocation: https://{reach.authority}/\r\n", answer)
            self.assertEqual(box.requests, [])

    def test_bytes_in_tls(self):
        def upper(connection):
            while b"\n" not in connection.buffer and connection.receive():
                pass
            connection.send(connection.buffer.upper())
            connection.close_notify()

        with Box(upper, modern_context()) as box:
            reach = Reach("--accept-new", "--tls", "--tcp", f"127.0.0.1:{box.port}", state=self.state, fails=True)
            self.addCleanup(reach.__exit__)
            local = reach.wait_for_lines(1)[0].split(" ")[0]
            stream = self.secured(int(local.rsplit(":", 1)[1]), "127.0.0.1")
            stream.sendall(b"hello\n")
            self.assertEqual(read_all(stream), b"HELLO\n")

    def test_authority_is_private_and_stays(self):
        with Box(answer_everything, old_context()) as box:
            first = self.start(box.url)
            first.wait_for_log("a local authority was made")
            pem = (self.folder / "certificate.pem").read_text(encoding="ascii")
            one = self.secured(first.port, "localhost").getpeercert(True)
            self.assertEqual(first.stop(), 0)
            second = self.start(box.url)
            self.assertNotEqual(self.secured(second.port, "localhost").getpeercert(True), one)
            self.assertNotIn("a local authority was made", second.err())
        self.assertEqual((self.folder / "certificate.pem").read_text(encoding="ascii"), pem)
        self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(os.stat(self.folder / "key.pem").st_mode), 0o600)

    def test_twelve_at_once_make_one_authority(self):
        with Box(answer_everything, modern_context()) as box:
            several = [
                Reach("--accept-new", "--tls", "--listen", "0", box.url, state=self.state, fails=True) for _ in range(12)
            ]
            for reach in several:
                self.addCleanup(reach.__exit__)
            for reach in several:
                reach.wait_for_url()
                self.secured(reach.port, "localhost")
            self.assertEqual(sum("a local authority was made" in reach.err() for reach in several), 1)

    def test_show_and_remove(self):
        expect_message(self.ca(), "ca_missing")
        with Box(answer_everything, old_context()) as box:
            self.start(box.url).stop()
        shown = self.ca()
        self.assertEqual(shown.code, 0)
        text = shown.out.decode()
        self.assertIn(str(self.folder / "certificate.pem"), text)
        self.assertIn("update-ca-certificates", text)
        pem = self.ca("--pem").out.decode()
        described = json.loads(self.ca("--json").out)
        self.assertEqual(described["pem"], pem)
        self.assertIn(described["fingerprint"], text)
        openssl = subprocess.run(
            ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-ext", "nameConstraints,basicConstraints"],
            input=pem, capture_output=True, text=True, check=True,
        ).stdout
        self.assertIn(described["fingerprint"][7:], openssl.replace(":", "").lower())
        self.assertIn("CA:TRUE, pathlen:0", openssl)
        self.assertIn("DNS:localhost", openssl)
        self.assertNotIn("PRIVATE", pem + text)
        self.assertEqual(self.ca("remove").code, 0)
        self.assertFalse(self.folder.exists())
        expect_message(self.ca("remove"), "ca_missing")

    def test_authority_that_cannot_be_used(self):
        with Box(answer_everything, old_context()) as box:
            self.start(box.url).stop()
            key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
            os.chmod(key, 0o644)
            expect_message(fail("--tls", box.url, state=self.state), "ca_key_exposed")
            os.chmod(key, 0o600)
            good = certificate.read_bytes()
            certificate.write_text("nothing", encoding="ascii")
            expect_message(self.ca(), "ca_damaged")
            certificate.unlink()
            expect_message(self.ca(), "ca_damaged")
            certificate.write_bytes(good)
            self.assertEqual(self.ca().code, 0)

    def test_place_that_cannot_be_written(self):
        os.mkdir(pathlib.Path(self.state) / "heirloom")
        self.folder.write_text("a file where the folder should be", encoding="ascii")
        expect_message(fail("--tls", "https://127.0.0.1:1", state=self.state), "ca_files")


if __name__ == "__main__":
    unittest.main()
