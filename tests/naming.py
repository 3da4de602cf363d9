"""A real DNS server on a loopback port: answers what it was told, over UDP, and says NXDOMAIN to anything else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

TTL_S = 5


@dataclass
class Names:
    """What is known: (name, type) -> texts of records. `asked` has every question."""

    address: str
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    silent: bool = False

    def put(self, name: str, kind: str, *texts: str) -> None:
        """Answer these from now on; none at all make the name unknown again."""
        self.records[name.lower(), kind] = list(texts)

    def answer(self, wire: bytes) -> bytes | None:
        """Answer one question."""
        asked = dns.message.from_wire(wire)
        (question,) = asked.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.silent:
            return None
        said = dns.message.make_response(asked)
        said.flags |= dns.flags.RA
        found = self.records.get((name, kind), [])
        if found:
            said.answer.append(
                dns.rrset.from_text_list(question.name, TTL_S, dns.rdataclass.IN, question.rdtype, found)
            )
        elif not any(known == name and texts for (known, _), texts in self.records.items()):
            said.set_rcode(dns.rcode.NXDOMAIN)
        return said.to_wire()


@contextmanager
def serving_names() -> Iterator[Names]:
    """Serve until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        names = Names(f"127.0.0.1:{server.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(server, names), daemon=True)
        thread.start()
        try:
            yield names
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", server.getsockname())  # the sign to stop
            thread.join()


def _serve(server: socket.socket, names: Names) -> None:
    while True:
        wire, place = server.recvfrom(4096)
        if not wire:
            return
        answer = names.answer(wire)
        if answer is not None:
            server.sendto(answer, place)
