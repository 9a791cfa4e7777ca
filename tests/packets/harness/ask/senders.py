"""Who asks: honest senders, whose source the kernel chooses, and forgers, who write whole frames."""

import ipaddress
import selectors
import socket
import struct
from collections.abc import Callable

from ..lab.plan import Device, Plan
from ..lab.spaces import Spaces
from .cells import OTHER, Cell, on_path
from .listeners import payload
from .token import find_token
from .wire import ECHO_REPLY, ECHO_REQUEST, echo, frame, segment

FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
# No device's address.
NOBODY = "02:00:00:5E:00:53"
ICMP = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}


class Senders:
    """Sockets of honest probes. Called with the sender's namespace entered; `answered` gets the numbers that come back."""

    def __init__(self, plan: Plan, spaces: Spaces, selector: selectors.BaseSelector, answered: Callable[[int], None]):
        self.plan, self.spaces, self.selector, self.answered = plan, spaces, selector, answered
        self.raw: dict[tuple, socket.socket] = {}
        self.flying: dict[int, socket.socket] = {}

    def send(self, probe, first: bool) -> None:
        match probe.cell.protocol:
            case "tcp":
                if first:
                    self.connect(probe)
            case "udp":
                self.send_datagram(probe, first)
            case _:
                self.send_packet(probe)

    def forget(self) -> None:
        """Closes what was sent with; an open connection is reset, which leaves nothing behind."""
        for made in self.flying.values():
            self.selector.unregister(made)
            made.close()
        self.flying = {}

    def open(self, probe, kind: int) -> socket.socket | None:
        version = version_of(probe.cell)
        made = socket.socket(FAMILY[version], kind)
        made.setblocking(False)
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        try:
            made.bind((source_of(self.plan, probe.cell), probe.port))
            code = made.connect_ex((probe.cell.address, probe.cell.port))
        except OSError as error:
            code = error.errno
        if code not in (0, 115):  # EINPROGRESS
            made.close()
            return None
        self.flying[probe.number] = made
        return made

    def connect(self, probe) -> None:
        made = self.open(probe, socket.SOCK_STREAM)
        if made:
            self.selector.register(made, selectors.EVENT_WRITE, lambda: self.connected(made, probe))

    def connected(self, made: socket.socket, probe) -> None:
        code = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code == 0:
            try:
                made.send(probe.token)
                self.selector.modify(made, selectors.EVENT_READ, lambda: self.read(made, probe))
                return
            except OSError:
                pass
        self.drop(made, probe)

    def send_datagram(self, probe, first: bool) -> None:
        made = self.open(probe, socket.SOCK_DGRAM) if first else self.flying.get(probe.number)
        if not made:
            return
        if first:
            self.selector.register(made, selectors.EVENT_READ, lambda: self.read(made, probe))
        try:
            made.send(probe.token)
        except OSError:
            pass  # Refused before, or by the sender's own filter: the next try says it again.

    def read(self, made: socket.socket, probe) -> None:
        try:
            data = made.recv(64)
        except OSError:
            if probe.cell.protocol == "tcp":
                self.drop(made, probe)
            return
        number = find_token(data)
        if number is not None:
            self.answered(number)
        elif not data and probe.cell.protocol == "tcp":
            self.drop(made, probe)

    def drop(self, made: socket.socket, probe) -> None:
        self.selector.unregister(made)
        made.close()
        del self.flying[probe.number]

    # --- protocols without ports, by one socket for each sender

    def send_packet(self, probe) -> None:
        version, source = version_of(probe.cell), source_of(self.plan, probe.cell)
        if probe.cell.protocol == "icmp":
            number, data = ICMP[version], echo(version, probe.port, probe.token)
        else:
            # Nebula takes these four bytes for ports; alike, they are the same on the way back. GRE's version stays 0.
            mark = (probe.number & 0x1FFF) << 3
            number, data = int(OTHER), struct.pack("!HH", mark, mark) + probe.token
        try:
            self.packets(self.plan.places[probe.cell.source].space, version, number, source).sendto(
                data, (probe.cell.address, 0)
            )
        except OSError:
            pass  # No way there, or the sender's own filter.

    def packets(self, space: str, version: int, number: int, source: str) -> socket.socket:
        key = space, version, number, source
        if key not in self.raw:
            made = socket.socket(FAMILY[version], socket.SOCK_RAW, number)
            made.setblocking(False)
            if source:
                made.bind((source, 0))
            self.selector.register(made, selectors.EVENT_READ, lambda: self.read_packets(made, version, number))
            self.raw[key] = made
        return self.raw[key]

    def read_packets(self, made: socket.socket, version: int, number: int) -> None:
        while True:
            try:
                data = payload(made.recv(256), FAMILY[version])
            except OSError:
                return
            is_answer = data[:1] == bytes([ECHO_REPLY[version]]) if number == ICMP[version] else b"answer" in data
            found = find_token(data)
            if is_answer and found is not None:
                self.answered(found)


class Forger:
    """Frames with a source or a target that no kernel would send so, and sockets that see what of it is let in."""

    def __init__(self, plan: Plan, spaces: Spaces, selector: selectors.BaseSelector, arrived: Callable[[int, str], None]):
        self.plan, self.spaces, self.selector, self.arrived = plan, spaces, selector, arrived
        self.sockets: dict[tuple[str, str], socket.socket] = {}
        self.watching: set[str] = set()

    def lies(self, cell: Cell) -> bool:
        """Whether the cell has a source that is not the sender's, or a target that is not of the segment."""
        honest = [str(address) for address in self.plan.places[cell.source].addresses()]
        if cell.masked or cell.forged and cell.forged not in honest:
            return True
        own = [str(address) for address in self.plan.places[cell.target].addresses()]
        return cell.path.startswith("bridge") and cell.address not in own

    def send(self, probe) -> None:
        cell = probe.cell
        source, target = self.plan.places[cell.source], self.plan.places[cell.target]
        near, far = on_path(source, target, cell.path)
        said = cell.forged or next(str(own.ip) for own in near.addresses if own.version == version_of(cell))
        self.watch(target.space)
        number, packet = segment(cell.protocol, said, cell.address, probe.port, cell.port or 0, probe.token)
        mac = NOBODY if cell.masked else near.nic.mac
        written = frame(link_target(cell.address, near, far), mac, said, cell.address, number, packet)
        key = source.space, near.name
        if key not in self.sockets:
            with self.spaces.inside(source.space):
                made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                made.bind((near.name, 0))
            self.sockets[key] = made
        try:
            self.sockets[key].send(written)
        except OSError:
            pass  # A full queue: the next try says it again.

    def watch(self, space: str) -> None:
        """Raw sockets get a copy of what passed the filters."""
        if space in self.watching:
            return
        self.watching.add(space)
        with self.spaces.inside(space):
            for version, family in FAMILY.items():
                for number, begin in ((socket.IPPROTO_TCP, None), (ICMP[version], ECHO_REQUEST[version])):
                    made = socket.socket(family, socket.SOCK_RAW, number)
                    made.setblocking(False)
                    self.selector.register(
                        made, selectors.EVENT_READ, lambda s=made, v=version, b=begin: self.read(s, v, b, space)
                    )

    def read(self, made: socket.socket, version: int, begin: int | None, space: str) -> None:
        """Tokens, of ICMP those in requests alone: an error quotes what it is about."""
        while True:
            try:
                data = payload(made.recv(256), FAMILY[version])
            except OSError:
                return
            found = find_token(data)
            if found is not None and begin in (None, data[0]):
                self.arrived(found, space)


def link_target(address: str, near: Device, far: Device) -> str:
    """The MAC address for an address: everybody's for those of everybody (RFC 1112, RFC 2464)."""
    target = ipaddress.ip_address(address)
    if target.is_multicast:
        low = int(target) & (0x7FFFFF if target.version == 4 else 0xFFFFFFFF)
        number = (0x01005E << 24 if target.version == 4 else 0x3333 << 32) | low
        return ":".join(f"{byte:02x}" for byte in number.to_bytes(6, "big"))
    if any(target == own.network.broadcast_address for own in near.addresses):
        return "ff:ff:ff:ff:ff:ff"
    return far.nic.mac


def version_of(cell: Cell) -> int:
    return ipaddress.ip_address(cell.address).version


def source_of(plan: Plan, cell: Cell) -> str:
    """The address to bind: only outside does the kernel not choose the right one."""
    version = version_of(cell)
    return cell.forged or next((str(source) for source in plan.places[cell.source].sources if source.version == version), "")
