"""A DNS server of our own, over UDP: it knows texts and addresses, may be slow, and may lie."""

import contextlib
import socketserver
import time

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.thread_server import ThreadServer

ZONE = ". . 1 2 3 4 5"


class DnsServer(ThreadServer):
    def __init__(self):
        self.texts: dict[str, list[str]] = {}
        self.addresses: dict[str, list[str]] = {}
        self.next_addresses: dict[str, list[str]] = {}  # from the second question on
        self.asked: list[str] = []
        self.seconds = 0.0
        self.code: int | None = None  # instead of any answer
        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    def told(self, name: str, kind: str) -> list[str]:
        found = self.addresses[name]
        if kind == "A" and name in self.next_addresses:
            self.addresses[name] = self.next_addresses[name]
        return [one for one in found if (":" in one) == (kind == "AAAA")]

    def _handler(self):
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                asked = dns.message.from_wire(self.request[0])
                answer = dns.message.make_response(asked)
                name = asked.question[0].name
                server.asked.append(name.to_text(omit_final_dot=True))
                time.sleep(server.seconds)
                kind = dns.rdatatype.to_text(asked.question[0].rdtype)
                if server.code is not None:
                    answer.set_rcode(dns.rcode.Rcode(server.code))
                elif server.asked[-1] in server.addresses and kind in ("A", "AAAA"):
                    found = server.told(server.asked[-1], kind)
                    if found:
                        answer.answer.append(dns.rrset.from_text(name, 0, "IN", kind, *found))
                elif texts := server.texts.get(server.asked[-1]):
                    quoted = [" ".join(f'"{piece}"' for piece in _pieces(one)) for one in texts]
                    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
                elif server.asked[-1] not in server.texts:
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                    answer.authority.append(dns.rrset.from_text(".", 60, "IN", "SOA", ZONE))
                with contextlib.suppress(OSError):  # the test is over
                    self.request[1].sendto(answer.to_wire(), self.client_address)

        return Handler


def _pieces(text: str) -> list[str]:
    """A text of the DNS has 255 letters at most; longer ones are several."""
    return [text[start : start + 200] for start in range(0, len(text), 200)]
