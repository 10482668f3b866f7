"""Where things are, and the files that every script needs before its first connection."""
import hashlib
import os
import subprocess

from .cells import HERE
from .peers import Paths

ROOT = os.path.dirname(os.path.dirname(HERE))


def write_payload(path, seed, size):
    """The same bytes on every run, and no two blocks alike."""
    blocks = (hashlib.sha256(f"{seed} {i}".encode()).digest() for i in range(size // 32))
    with open(path, "wb") as file:
        file.write(b"".join(blocks))


def prepare(folder, payload_size):
    """Makes build/FOLDER, the certificates and the payloads; a multiple of 32 bytes each."""
    build = os.path.join(ROOT, "build")
    # Where ./test full unpacks what it does not install.
    os.environ["PATH"] += os.pathsep + os.path.join(build, "peers", "unpacked", "bin")
    work = os.path.join(build, folder)
    os.makedirs(work, exist_ok=True)
    certificates = os.path.join(build, "interop-certificates")
    subprocess.run([os.path.join(HERE, "make_certificates"), certificates], check=True)
    request, reply = os.path.join(work, "request"), os.path.join(work, "reply")
    write_payload(request, "request", payload_size)
    write_payload(reply, "reply", payload_size)
    return Paths(os.path.join(build, "peers"), certificates, work, request, reply, payload_size)
