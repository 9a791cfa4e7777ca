"""Has kernels forget what they remember of packets before, by messages of netlink."""

import errno
import socket
import struct

from ..lab.spaces import Spaces


def flush_tables(spaces: Spaces, names: list[str]) -> None:
    """Empties connection tracking: one message of ctnetlink without a tuple (IPCTNL_MSG_CT_DELETE)."""
    for name in names:
        with spaces.inside(name):
            send_message(12, 1 << 8 | 2, struct.pack("=BBH", socket.AF_UNSPEC, 0, 0), f"flushing the connection table of {name}")


# RTM_GETNEIGH, RTM_DELNEIGH; NLM_F_DUMP; what the kernel made by itself (NUD_NOARP, NUD_PERMANENT) and is not there (NUD_NONE).
GET, DELETE, DUMP, FIXED = 30, 29, 0x300, 0xC0
HEAD, NEIGHBOUR = struct.Struct("=IHHII"), struct.Struct("=BxxxiHBB")


def forget_neighbours(spaces: Spaces, names: list[str]) -> None:
    """Takes away the neighbours of IPv6 that a namespace knows."""
    for name in names:
        with spaces.inside(name):
            for neighbour in neighbours():
                send_message(0, DELETE, neighbour, f"forgetting a neighbour of {name}", gone=True)


def neighbours():
    """Of the namespace, each as it is asked for."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as link:
        link.bind((0, 0))
        body = NEIGHBOUR.pack(socket.AF_INET6, 0, 0, 0, 0)
        link.send(HEAD.pack(HEAD.size + len(body), GET, 1 | DUMP, 1, 0) + body)
        found = []
        while True:
            data = link.recv(1 << 16)
            while data:
                length, kind, _, _, _ = HEAD.unpack_from(data)
                if kind != 28:
                    return found
                family, _, state, _, _ = NEIGHBOUR.unpack_from(data, HEAD.size)
                if family == socket.AF_INET6 and state & FIXED == 0:
                    found.append(data[HEAD.size : length])
                data = data[(length + 3) & ~3 :]


def send_message(protocol: int, kind: int, body: bytes, what: str, gone: bool = False) -> None:
    """One message of netlink, and its acknowledgement. `gone`: it may be that what is taken away is not there any more."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as link:
        link.bind((0, 0))
        link.send(HEAD.pack(HEAD.size + len(body), kind, 1 | 4, 1, 0) + body)
        code = struct.unpack_from("=i", link.recv(4096), HEAD.size)[0]
        if code != 0 and not (gone and code == -errno.ENOENT):
            raise OSError(-code, what)
