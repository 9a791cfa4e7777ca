"""The layout of a lab as plain data: places, their devices, addresses and routes.

A place is whoever can send or receive: a guest, a node, a machine, operators, the Internet. Each has a namespace, but those
outside share that of the `world`, which is also every router that the tree names and does not describe.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface, ip_network

from ..model import Address, Guest, Interface, Link, Nic, Tree
from .segments import OUTER, UPLINK, Segment, find_segments, segment_of

WORLD = "world"

# Where the Internet answers. No network of a site and no private prefix.
INTERNET = [ip_address("45.33.32.156"), ip_address("2a01:4f8:c010:1::1")]

# For nodes whose own uplink the tree does not say: addresses that are neither the site's nor the Internet's.
NOWHERE = [ip_network("100.64.77.0/24"), ip_network("fd64:77::/64")]


@dataclass
class Device:
    """A device of a place on a segment."""

    name: str
    segment: Segment
    addresses: list[Interface]
    nic: Nic | None = None


@dataclass
class Place:
    """`space` is its network namespace. `sources` are set where the kernel would not choose the right one by itself."""

    name: str
    space: str
    kind: str
    devices: list[Device] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    further: list[Address] = field(default_factory=list)
    sources: list[Address] = field(default_factory=list)
    forwards: bool = False
    guest: Guest | None = None

    def addresses(self) -> list[Address]:
        return [address.ip for device in self.devices for address in device.addresses] + self.further


@dataclass
class Plan:
    """Everything that is built. `remote` are machines that only the world's routes lead to."""

    tree: Tree
    segments: list[Segment]
    places: dict[str, Place]
    remote: dict[str, list[Address]] = field(default_factory=dict)

    def node_of(self, place: Place) -> str | None:
        return place.guest.node if place.guest else place.name if place.kind == "node" else None


def make_plan(tree: Tree) -> Plan:
    plan = Plan(tree, find_segments(tree), {})
    plan.segments.append(uplink(tree, plan.segments))
    for guest in tree.guests.values():
        plan.places[guest.key] = guest_place(guest, plan)
    for node, addresses in tree.nodes.items():
        plan.places[node] = node_place(node, addresses, plan)
    for machine in tree.machines.values():
        add_outside(machine.key, "machine", machine.addresses, plan)
    for member in tree.members:
        if member not in plan.places:
            # It is somewhere, and nothing says where.
            add_outside(member, "machine", [ip_address(f"100.65.77.{len(plan.remote) + 1}")], plan)
    add_operators(plan)
    add_world(plan)
    return plan


# --- the segment of the nodes' uplinks


def uplink(tree: Tree, segments: list[Segment]) -> Segment:
    networks = []
    for addresses in tree.nodes.values():
        for address in addresses:
            if not any(segment.network_of(address) for segment in segments):
                network = ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False)
                if network not in networks:
                    networks.append(network)
    networks += NOWHERE
    return Segment(OUTER, Link(uplink_name(tree, segments)), list(tree.nodes), networks, [last_host(n) for n in networks])


def uplink_name(tree: Tree, segments: list[Segment]) -> str:
    """As the edge's rules call it, where no guest is on it."""
    taken = {segment.link.bridge for segment in segments}
    for path in sorted(tree.root.glob("proxmox/*/edge.rules")):
        for line in path.read_text().splitlines():
            words = line.split()
            if "-o" in words and words[words.index("-o") + 1] not in taken:
                return words[words.index("-o") + 1]
    return UPLINK.bridge


def last_host(network):
    return network.network_address + min(network.num_addresses, 256) - 2


# --- who is where


def guest_place(guest: Guest, plan: Plan) -> Place:
    place = Place(guest.key, f"g-{guest.vmid}", "guest", guest=guest)
    for nic in guest.nics:
        segment = segment_of(plan.segments, nic.link, guest.node)
        place.devices.append(Device(nic.device, segment, nic.addresses, nic))
        # A DHCP server hands the segment's router out with the address.
        gateways = [gateway for gateway in segment.gateways if segment.network_of(gateway)] if nic.dhcp else nic.gateways
        place.routes += [f"default via {gateway} dev {nic.device}" for gateway in gateways]
    own = place.addresses()
    is_router = any(gateway in own for segment in plan.segments for gateway in segment.gateways)
    place.forwards = is_router if guest.forwards is None else guest.forwards
    return place


def node_place(node: str, addresses: list[Address], plan: Plan) -> Place:
    place = Place(node, f"n-{node}", "node", forwards=True)
    outside = plan.segments[-1]
    number = list(plan.tree.nodes).index(node) + 1
    for segment in plan.segments:
        if node not in segment.nodes:
            continue
        own = [on for on in map(segment.on_link, addresses) if on]
        if segment is outside:
            own += [
                ip_interface(f"{network.network_address + number}/{network.prefixlen}")
                for network in NOWHERE
                if not any(have.version == network.version for have in own)
            ]
        place.devices.append(Device(bridge_device(segment.link), segment, own))
    for version in (4, 6):
        place.routes.append(default_route(place, outside, version, plan))
    return place


def default_route(place: Place, outside: Segment, version: int, plan: Plan) -> str:
    """Through a router that the tree names and nobody in it is, where the node is beside one; else through its uplink."""
    owned = {address for addresses in plan.tree.nodes.values() for address in addresses}
    owned |= {address.ip for guest in plan.tree.guests.values() for nic in guest.nics for address in nic.addresses}
    for device in place.devices:
        for gateway in device.segment.gateways:
            beside = any(gateway in address.network for address in device.addresses)
            if gateway.version == version and gateway not in owned and beside:
                return f"default via {gateway} dev {device.name}"
    raise AssertionError(f"{place.name} has no way out over IPv{version}")


def bridge_device(link: Link) -> str:
    """What Proxmox calls it: a VLAN of a bridge that knows no VLANs has a bridge of its own."""
    return link.bridge if link.vlan is None else f"{link.bridge}v{link.vlan}"


def add_outside(name: str, kind: str, addresses: list[Address], plan: Plan) -> None:
    """A machine that is no guest: on the segment of its address, or somewhere that the world's routes lead to."""
    space = f"m-{len(plan.places)}"
    place = Place(name, space, kind, sources=[])
    for segment in plan.segments:
        own = [on for on in map(segment.on_link, addresses) if on]
        if own:
            place.devices.append(Device(f"eth{len(place.devices)}", segment, own))
            place.routes += [
                f"default via {gateway} dev {place.devices[-1].name}"
                for gateway in segment.gateways
                if any(gateway in address.network for address in own)
            ]
    if not place.devices:
        plan.remote[name] = addresses
        place.further = list(addresses)
    plan.places[name] = place


def add_operators(plan: Plan) -> None:
    """Operators beside the guests have a namespace; those from elsewhere share the world's."""
    operators = plan.tree.operators
    versions = [operator.version for operator in operators]
    alone = len(set(versions)) == len(versions)
    outside = []
    for operator in operators:
        name = "operators" if alone else str(operator.ip)
        if any(segment.network_of(operator.ip) for segment in plan.segments) and name not in plan.places:
            add_outside(name, "operators", [operator.ip], plan)
        else:
            outside.append((name, operator.ip))
    for name, address in outside:
        place = plan.places.setdefault(name, Place(name, WORLD, "operators"))
        place.further.append(address)
        place.sources.append(address)


# --- the world


def add_world(plan: Plan) -> None:
    place = Place("internet", WORLD, "internet", further=list(INTERNET), sources=list(INTERNET), forwards=True)
    owned = {address for other in plan.places.values() for address in other.addresses()}
    for segment in plan.segments:
        own = [segment.on_link(gateway) for gateway in segment.gateways if gateway not in owned]
        own = [address for address in own if address]
        if own:
            place.devices.append(Device(f"w-{segment.wire}", segment, own))
    connected = [network for device in place.devices for network in device.segment.networks]
    for segment in plan.segments:
        for network in segment.networks:
            if network not in connected:
                via = way_into(segment, network, connected, plan)
                # Where a network exists once for each node, each of its machines is behind its own.
                apart = sum(network in other.networks for other in plan.segments) > 1
                for target in machines_of(segment, network, plan) if apart else [network]:
                    if via:
                        place.routes.append(f"{target} via {via}")
    plan.places["internet"] = place


def machines_of(segment: Segment, network, plan: Plan) -> list[Address]:
    devices = [device for place in plan.places.values() if place.guest for device in place.devices]
    return [own.ip for device in devices if device.segment is segment for own in device.addresses if own.ip in network]


def way_into(segment: Segment, network, connected: list, plan: Plan) -> Address | None:
    """An address, beside the world, of the network's router; where none is named, of a node that has a foot in it."""
    routers = [gateway for gateway in segment.gateways if gateway in network]
    routers += [address for node in segment.nodes for address in plan.tree.nodes[node] if address in network]
    for router in routers:
        owners = [place for place in plan.places.values() if router in place.addresses()]
        owners = [place for place in owners if place.kind != "node" or place.name in segment.nodes]
        for address in owners[0].addresses() if owners else []:
            if address.version == network.version and any(address in near for near in connected):
                return address
    return None
