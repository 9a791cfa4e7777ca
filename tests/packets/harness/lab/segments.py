"""Which devices share a layer-2 segment.

A bridge (or a VLAN of it) of one name is taken to be joined over all nodes. A node's address that several nodes have says
that it is not: then it is a segment for each node.
"""

from dataclasses import dataclass, field
from ipaddress import ip_interface

from ..model import Address, Interface, Link, Tree

UPLINK = Link("uplink")
# The wire of the uplinks.
OUTER = "outer"


@dataclass
class Segment:
    """One broadcast domain. `wire` names its bridge between the nodes, and is short enough for a device."""

    wire: str
    link: Link
    nodes: list[str]
    networks: list = field(default_factory=list)
    gateways: list[Address] = field(default_factory=list)

    def network_of(self, address: Address):
        return next((network for network in self.networks if address in network), None)

    def on_link(self, address: Address) -> Interface | None:
        """The address with the segment's prefix length, if it belongs here."""
        network = self.network_of(address)
        return None if network is None else ip_interface(f"{address}/{network.prefixlen}")


def find_segments(tree: Tree, separate: set[str]) -> list[Segment]:
    """All segments of a tree, without the uplink. `separate` names bridges that are known not to be joined."""
    networks, gateways, users = {}, {}, {}
    for guest in tree.guests.values():
        for nic in guest.nics:
            networks.setdefault(nic.link, [])
            gateways.setdefault(nic.link, [])
            users.setdefault(nic.link, set()).add(guest.node)
            for address in nic.addresses:
                if address.network not in networks[nic.link]:
                    networks[nic.link].append(address.network)
            gateways[nic.link] += [gateway for gateway in nic.gateways if gateway not in gateways[nic.link]]
    segments = []
    for link in sorted(networks, key=str):
        owners = [
            (address, node)
            for node, addresses in tree.nodes.items()
            for address in addresses
            if any(address in network for network in networks[link])
        ]
        nodes = sorted(users[link] | {node for _, node in owners})
        apart = link.bridge in separate or len({address for address, _ in owners}) < len(owners)
        for group in [[node] for node in nodes] if apart else [nodes]:
            segments.append(Segment(f"s{len(segments)}", link, group, networks[link], gateways[link]))
    return segments


def segment_of(segments: list[Segment], link: Link, node: str) -> Segment:
    return next(segment for segment in segments if segment.link == link and node in segment.nodes)
