"""Which devices share a layer-2 segment.

Bridges of one name on several nodes are one where the tree says so; others are a segment for each node.
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


def find_segments(tree: Tree) -> list[Segment]:
    """All segments of a tree, without the uplink."""
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
        feet = [node for node, own in tree.nodes.items() if any(address in network for address in own for network in networks[link])]
        left = sorted(users[link].union(feet))
        groups = [sorted(nodes) for said, nodes in tree.joined if said == link and set(nodes) & set(left)]
        groups += [[node] for node in left if not any(node in group for group in groups)]
        for group in sorted(groups):
            segments.append(Segment(f"s{len(segments)}", link, group, networks[link], gateways[link]))
    return segments


def segment_of(segments: list[Segment], link: Link, node: str) -> Segment:
    return next(segment for segment in segments if segment.link == link and node in segment.nodes)
