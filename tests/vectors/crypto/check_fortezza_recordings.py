#!/usr/bin/env python3
"""Goes through the recorded handshakes of FORTEZZA step by step, and makes sure that a wrong one would be seen.

fortezza_conversation.py reads them. Then the bytes of each recording are altered, one at a time, and every alteration
must be noticed: of one byte of each field and three of each encrypted record, or of all there are.

usage: check_fortezza_recordings.py [--show] [--every-byte] [FILE...]   (default: the directory ../fortezza)
"""
import pathlib
import sys

import fortezza
from fortezza import power
from fortezza_conversation import Conversation, Wrong, must

HERE = pathlib.Path(__file__).parent


def domain():
    for vector in map(dict, fortezza.read((HERE / "fortezza.txt").read_text())):
        if vector["kind"] == "domain":
            return {name: int(vector[name], 16) for name in "pqg"}
    raise Wrong("fortezza.txt has no domain")


def load(path):
    """What the server knows, and the flights of each connection."""
    first, *connections = fortezza.read(path.read_text())
    facts = dict(first)
    must(facts["domain"] == "RFC 5114 2.1", "another domain")
    server = domain()
    server["x"] = int(facts["server_exponent"], 16)
    server["r"] = int(facts["server_random_exponent"], 16) if "server_random_exponent" in facts else None
    server["public"] = power(server["g"], server["x"], server["p"])
    digest = fortezza.domain_digest(server["p"], server["q"], server["g"])
    server["identifier"] = fortezza.xor(digest[:10], digest[10:])
    server["client_certificate"] = facts["client_certificate"]
    for end in ("client", "server"):
        server[end + "_data"] = facts[end + "_data"].encode()
    return server, [[(end, bytes.fromhex(data)) for end, data in connection] for connection in connections]


def check(server, connections):
    """The conversations, or Wrong."""
    done, session = [], None
    for flights in connections:
        done.append(Conversation(server, flights, session))
        session = done[-1].run()
    must(done, "no connection")
    return done


def is_noticed(server, connections, place, bit):
    index, flight, offset = place
    altered = [list(flights) for flights in connections]
    end, data = altered[index][flight]
    altered[index][flight] = (end, data[:offset] + bytes([data[offset] ^ bit]) + data[offset + 1:])
    try:
        check(server, altered)
    except (Wrong, ValueError, IndexError):
        return True
    return False


def unnoticed(server, connections, done, every):
    if every:
        places = [(i, f, offset) for i, flights in enumerate(connections) for f, (_, data) in enumerate(flights)
                  for offset in range(len(data))]
    else:
        places = sorted({(i, flight, offset) for i, one in enumerate(done) for flight, offset, _ in one.marks})
    missed = [place for number, place in enumerate(places)
              if not is_noticed(server, connections, place, 1 << number % 8)]
    return len(places), missed


def main():
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    files = [pathlib.Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    files = files or sorted((HERE.parent / "fortezza").glob("*.txt"))
    problems, alterations = [], 0
    for path in files:
        try:
            server, connections = load(path)
            done = check(server, connections)
        except Wrong as wrong:
            problems.append(f"{path.name}: {wrong}")
            continue
        if "--show" in options:
            print("\n".join([f"{path.name}:"] + ["  " + step for one in done for step in one.steps]))
        count, missed = unnoticed(server, connections, done, "--every-byte" in options)
        alterations += count
        problems += [f"{path.name}: connection {i}, flight {flight}, byte {at}: an alteration is not noticed"
                     for i, flight, at in missed]
    problems += [] if files else ["no recordings"]
    print("\n".join(problems + [f"fortezza: {len(files)} recordings, {alterations} alterations, "
                                f"{len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
