"""Servers of eight protocols up to the point where TLS begins, each step one function of what the client sent."""
import contextlib
import socket
import threading

from support import PATIENCE

XMPP_STREAM = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
    b" id='x' from='127.0.0.1' version='1.0'>"
)
LDAP_NAME = b"1.3.6.1.4.1.1466.20037"


def ldap_answer(code, diagnosis=b""):
    """An ExtendedResponse with the long lengths that Active Directory writes."""
    body = b"\x0a\x01" + bytes([code]) + b"\x04\x00\x04" + bytes([len(diagnosis)]) + diagnosis
    body += b"\x8a" + bytes([len(LDAP_NAME)]) + LDAP_NAME
    response = b"\x78\x84" + len(body).to_bytes(4, "big") + body
    message = b"\x02\x01\x01" + response
    return b"\x30\x84" + len(message).to_bytes(4, "big") + message


def mysql_greeting(capabilities=0xA20C | 0x0800, version=b"5.0.45-community"):
    """Protocol 10 (MySQL 3.21 to today); 0x0800 offers SSL."""
    body = b"\x0a" + version + b"\0" + b"\x07\0\0\0" + b"saltsalt\0" + capabilities.to_bytes(2, "little")
    body += b"\x08\x02\x00" + bytes(13) + b"moresaltmore\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


# For each protocol what the server says first, and its answers; None: it waits for the client.
SCRIPTS = {
    "smtp": [b"220-box ESMTP\r\n220 ready\r\n", b"250-box\r\n250-PIPELINING\r\n250 STARTTLS\r\n", b"220 go ahead\r\n"],
    "imap": [b"* OK IMAP4rev1 ready\r\n", b"* CAPABILITY IMAP4rev1 STARTTLS\r\n. OK done\r\n", b". OK begin\r\n"],
    "pop3": [b"+OK POP3 ready\r\n", b"+OK begin\r\n"],
    "ftp": [b"220-Welcome\r\n  220 reasons to be here\r\n220 ready\r\n", b"234 AUTH TLS accepted\r\n"],
    "ldap": [None, ldap_answer(0)],
    "xmpp": [
        None,
        XMPP_STREAM + b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
        b"</stream:features>",
        b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    ],
    "postgres": [None, b"S"],
    "mysql": [mysql_greeting()],
}
# The client's last words come after the last answer.
CLIENT_ENDS = {"mysql": 36}


def is_complete(protocol, data):
    """Whether the client has said what it had to before the server's next answer."""
    if protocol == "ldap":
        return len(data) >= 2 and len(data) >= 2 + data[1]
    if protocol == "postgres":
        return len(data) == 8
    return data.endswith(b">" if protocol == "xmpp" else b"\n")


class PlainServer:
    """Plays a script and hands the connection to `then`, once. `said` is what the client said before that."""

    def __init__(self, protocol, script=None, then=None, bytewise=False):
        self.protocol = protocol
        self.script = SCRIPTS[protocol] if script is None else script
        self.then = then
        self.bytewise = bytewise
        self.said = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def serve(self):
        with contextlib.suppress(OSError):
            client, _ = self.listener.accept()
            client.settimeout(PATIENCE)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with client:
                if self.talk(client) and self.then is not None:
                    self.then(client)

    def talk(self, client):
        for number, answer in enumerate(self.script):
            is_first_word = number == 0 and SCRIPTS[self.protocol][0] is not None
            if not is_first_word and number > 0 and not self.listen(client):
                return False
            for piece in ([answer[i:i + 1] for i in range(len(answer))] if self.bytewise else [answer]) if answer else []:
                client.sendall(piece)
        rest = CLIENT_ENDS.get(self.protocol, 0) if len(self.script) == len(SCRIPTS[self.protocol]) else 0
        if rest:
            self.said.append(self.read_exactly(client, rest))
        return True

    def read_exactly(self, client, size):
        data = b""
        while len(data) < size and (piece := client.recv(size - len(data))):
            data += piece
        return data

    def listen(self, client):
        data = b""
        while not is_complete(self.protocol, data):
            piece = client.recv(1)
            if not piece:
                return False
            data += piece
        self.said.append(data)
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.thread.join(PATIENCE)


def forward_to(port):
    """A `then` that joins the client to a TLS server."""
    def pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def then(client):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as server:
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join(PATIENCE)

    return then
