"""Packets built by hand: for senders that lie about themselves, and answers that a socket cannot send."""

import struct
from ipaddress import IPv4Address, ip_address

NUMBERS = {"tcp": 6, "udp": 17}
ICMP_NUMBER = {4: 1, 6: 58}
ECHO_REQUEST = {4: 8, 6: 128}
ECHO_REPLY = {4: 0, 6: 129}
ETHERTYPE = {4: 0x0800, 6: 0x86DD}


def checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo(source, target, number: int, length: int) -> bytes:
    if source.version == 4:
        return source.packed + target.packed + struct.pack("!BBH", 0, number, length)
    return source.packed + target.packed + struct.pack("!IHBB", length, 0, 0, number)


def echo(version: int, identifier: int, token: bytes) -> bytes:
    """An echo request. For IPv6 the kernel fills the checksum in."""
    head = struct.pack("!BBHHH", ECHO_REQUEST[version], 0, 0, identifier, 1)
    if version == 4:
        head = struct.pack("!BBHHH", ECHO_REQUEST[version], 0, checksum(head + token), identifier, 1)
    return head + token


def udp(source_port: int, target_port: int, token: bytes) -> bytes:
    """Without a checksum, which IPv4 may leave out and for IPv6 the kernel fills in."""
    return struct.pack("!HHHH", source_port, target_port, 8 + len(token), 0) + token


def segment(protocol: str, source: str, target: str, source_port: int, target_port: int, token: bytes) -> tuple[int, bytes]:
    """Protocol number and transport packet: a TCP SYN, a UDP datagram or an echo request (the source port is its identifier)."""
    source, target = ip_address(source), ip_address(target)
    version = source.version
    if protocol == "icmp":
        number, at = ICMP_NUMBER[version], 2
        packet = struct.pack("!BBHHH", ECHO_REQUEST[version], 0, 0, source_port, 1) + token
        covered = packet if version == 4 else pseudo(source, target, number, len(packet)) + packet
    elif protocol == "udp":
        number, at = 17, 6
        packet = udp(source_port, target_port, token)
        covered = pseudo(source, target, number, len(packet)) + packet
    else:
        number, at = 6, 16
        packet = struct.pack("!HHIIBBHHH", source_port, target_port, 1, 0, 5 << 4, 2, 64240, 0, 0) + token
        covered = pseudo(source, target, number, len(packet)) + packet
    return number, packet[:at] + struct.pack("!H", checksum(covered)) + packet[at + 2 :]


def frame(target_mac: str, source_mac: str, source: str, target: str, number: int, packet: bytes) -> bytes:
    """An Ethernet frame around a transport packet."""
    source, target = ip_address(source), ip_address(target)
    if isinstance(source, IPv4Address):
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(packet), 0, 0x4000, 64, number, 0) + source.packed + target.packed
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    else:
        head = struct.pack("!IHBB", 6 << 28, len(packet), number, 64) + source.packed + target.packed
    macs = bytes.fromhex(target_mac.replace(":", "")) + bytes.fromhex(source_mac.replace(":", ""))
    return macs + struct.pack("!H", ETHERTYPE[source.version]) + head + packet
