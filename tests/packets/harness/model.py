"""What a tree says, as plain data: machines and where they are, Proxmox's firewall, filters, the overlay.

Does not know: the formats it was read from, and what any of it means for a packet.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from pathlib import Path

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Link:
    """A bridge, or one VLAN of it. Two devices on equal links of joined nodes are on one segment."""

    bridge: str
    vlan: int | None = None

    def __str__(self):
        return self.bridge if self.vlan is None else f"{self.bridge}.{self.vlan}"


@dataclass
class Nic:
    """A network device of a guest, in Proxmox's order."""

    index: int
    device: str
    link: Link
    firewall: bool
    mac: str
    addresses: list[Interface] = field(default_factory=list)
    gateways: list[Address] = field(default_factory=list)
    dhcp: bool = False


@dataclass
class Guest:
    """A VM or container. `key` is its name in the tree's files, which the cells use too."""

    key: str
    vmid: int
    node: str
    container: bool
    nics: list[Nic]
    # Whether a role lets it hand packets on; None where no role says anything of it.
    forwards: bool | None = None


@dataclass
class Member:
    """A member of the overlay: its configuration and what its certificate is planned to say."""

    key: str
    config: Path
    device: str
    addresses: list[Interface]
    lighthouse: bool
    relay: bool
    port: int
    # Overlay addresses of the lighthouses that it tells where it is.
    asks: list[Address]
    # Underlay addresses of others that it is told, and of its own that it tells others.
    hubs: list[Address]
    advertised: list[Address]
    # Which Nebula it runs.
    release: str
    # Networks behind other members that it is told of, with the overlay address of who leads there; and those behind itself.
    routes: list[tuple[Network, Address]] = field(default_factory=list)
    behind: list[Network] = field(default_factory=list)


@dataclass
class Machine:
    """A machine that no Terraform makes."""

    key: str
    addresses: list[Address]


@dataclass(frozen=True)
class Rule:
    """A line of a Proxmox rule list. `type` is in, out, forward or group; texts are as they were written."""

    type: str
    action: str = ""
    group: str = ""
    iface: str = ""
    source: str = ""
    dest: str = ""
    proto: str = ""
    dport: str = ""
    sport: str = ""
    macro: str = ""
    enabled: bool = True
    comment: str = ""


@dataclass(frozen=True)
class SetEntry:
    """An entry of an IP set: an address, a network or the name of an alias."""

    name: str
    nomatch: bool = False
    comment: str = ""


@dataclass
class Scope:
    """One `.fw` file of Proxmox: the cluster's, a node's or a guest's. Absent options keep Proxmox's defaults."""

    options: dict[str, object] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    sets: dict[str, list[SetEntry]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


@dataclass
class Firewall:
    """Layer one. The cluster's scope has the switch, groups are the cluster's, guests are found by VMID."""

    cluster: Scope = field(default_factory=Scope)
    groups: dict[str, list[Rule]] = field(default_factory=dict)
    nodes: dict[str, Scope] = field(default_factory=dict)
    guests: dict[int, Scope] = field(default_factory=dict)


@dataclass
class Tree:
    """All that a tree says about packets."""

    root: Path
    nodes: dict[str, list[Address]]
    guests: dict[str, Guest]
    machines: dict[str, Machine]
    operators: list[Interface]
    # Bridges of several nodes that are one segment.
    joined: list[tuple[Link, list[str]]]
    # Addresses that machines have by turns, and who.
    turns: dict[Address, list[str]]
    firewall: Firewall
    filters: dict[str, str]
    members: dict[str, Member]
    release: str
