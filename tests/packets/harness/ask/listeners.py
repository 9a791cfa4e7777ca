"""Who answers: a socket for each port in every namespace, for both families, so that what is closed is a filter's doing.

Each token that arrives is noted with the namespace that got it, and sent back.
"""

import selectors
import socket
import struct
from collections.abc import Callable, Iterator

from ..lab.spaces import Spaces
from .token import find_token
from .wire import udp

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM
IPV6_RECVPKTINFO, IPV6_PKTINFO, IPV6_CHECKSUM = 49, 50, 7
PACKET_INFO = struct.Struct("16sI")
IP_PKTINFO = 8
IP_MULTICAST_ALL = 49
PACKET_INFO_V4 = struct.Struct("=I4s4s")


class Listeners:
    """`arrived` is called with a token's number and the namespace."""

    def __init__(self, spaces: Spaces, selector: selectors.BaseSelector, arrived: Callable[[int, str], None]):
        self.spaces, self.selector, self.arrived = spaces, selector, arrived
        self.open: dict[tuple[str, str, int], socket.socket] = {}

    def listen(self, space: str, protocol: str, ports: set[int]) -> None:
        with self.spaces.inside(space):
            for port in sorted(ports):
                made = socket.socket(socket.AF_INET6, TCP if protocol == "tcp" else UDP)
                made.setblocking(False)
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                if protocol == "tcp":
                    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    made.bind(("::", port))
                    made.listen(1024)
                    self.watch(made, lambda s=made: self.accept(s, space))
                else:
                    made.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
                    # What is to everybody, without joining anything.
                    made.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 1)
                    made.bind(("::", port))
                    self.watch(made, lambda s=made: self.answer_datagrams(s, space))
                self.open[space, protocol, port] = made

    def listen_raw(self, space: str, number: int) -> None:
        """Every packet of a protocol that no port divides."""
        with self.spaces.inside(space):
            for family in (socket.AF_INET, socket.AF_INET6):
                made = socket.socket(family, socket.SOCK_RAW, number)
                prepare_raw(made, family)
                self.watch(made, lambda s=made, f=family: self.answer_packets(s, f, space))
                self.open[space, str(number), family] = made

    def listen_behind(self, space: str, port: int) -> None:
        """Datagrams to a port that another program holds: a raw socket gets a copy of what the filters let through."""
        with self.spaces.inside(space):
            for family in (socket.AF_INET, socket.AF_INET6):
                made = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
                prepare_raw(made, family)
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, IPV6_CHECKSUM, 6)
                self.watch(made, lambda s=made, f=family: self.answer_behind(s, f, space, port))
                self.open[space, f"behind {family}", port] = made

    def close(self, space: str, protocol: str, port: int) -> None:
        made = self.open.pop((space, protocol, port))
        self.selector.unregister(made)
        made.close()

    def watch(self, made: socket.socket, ready: Callable[[], None]) -> None:
        self.selector.register(made, selectors.EVENT_READ, ready)

    # --- what arrives

    def accept(self, listener: socket.socket, space: str) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setblocking(False)
            self.watch(connection, lambda s=connection: self.answer_stream(s, space))

    def answer_stream(self, connection: socket.socket, space: str) -> None:
        try:
            data = connection.recv(64)
            if data:
                self.note(data, space)
                connection.send(data)
                return
        except OSError:
            pass
        self.selector.unregister(connection)
        connection.close()

    def answer_datagrams(self, listener: socket.socket, space: str) -> None:
        while True:
            try:
                data, ancillary, _, peer = listener.recvmsg(4096, 64)
            except OSError:
                return
            # Not to a knock: its sender is gone, and the error about it would itself be a packet that opens something.
            if not self.note(data, space):
                continue
            info = [value for level, kind, value in ancillary if level == socket.IPPROTO_IPV6 and kind == IPV6_PKTINFO]
            local = PACKET_INFO.unpack(info[0])[0] if info else bytes(16)
            answer = [(socket.IPPROTO_IPV6, IPV6_PKTINFO, PACKET_INFO.pack(local, 0))]
            try:
                listener.sendmsg([data], answer, 0, peer)
            except OSError:
                pass

    def answer_packets(self, listener: socket.socket, family: int, space: str) -> None:
        for data, answer in raw_packets(listener, family):
            # An answer to a question of this namespace: its own sender sees it on a socket of its own.
            if b"answer" not in data and self.note(data, space):
                answer(data + b"answer")

    def answer_behind(self, listener: socket.socket, family: int, space: str, port: int) -> None:
        for data, answer in raw_packets(listener, family):
            source, target = struct.unpack("!HH", data[:4])
            if target == port and self.note(data[8:], space):
                answer(udp(port, source, data[8:]))

    def note(self, data: bytes, space: str) -> bool:
        number = find_token(data)
        if number is not None:
            self.arrived(number, space)
        return number is not None


def prepare_raw(made: socket.socket, family: int) -> None:
    made.setblocking(False)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)


def raw_packets(listener: socket.socket, family: int) -> Iterator[tuple[bytes, Callable[[bytes], None]]]:
    """What lies there, and for each how to answer it from the address that it was sent to."""
    while True:
        try:
            data, ancillary, _, peer = listener.recvmsg(256, 64)
        except OSError:
            return
        if family == socket.AF_INET:
            local = (socket.IPPROTO_IP, IP_PKTINFO, PACKET_INFO_V4.pack(0, data[16:20], bytes(4)))
        else:
            local = (socket.IPPROTO_IPV6, IPV6_PKTINFO, PACKET_INFO.pack(PACKET_INFO.unpack(ancillary[0][2])[0], 0))

        def answer(said: bytes, local=local, peer=peer) -> None:
            try:
                listener.sendmsg([said], [local], 0, (peer[0], 0))
            except OSError:
                pass

        yield payload(data, family), answer


def payload(data: bytes, family: int) -> bytes:
    """A raw socket of IPv4 hands out the header too."""
    return data[(data[0] & 15) * 4 :] if family == socket.AF_INET else data
