"""Makes a plan's namespaces, bridges, devices, addresses and routes.

A guest's device with `firewall = true` is wired as Proxmox wires it: tap, a bridge of its own, and a pair of devices between
that bridge and the node's. Bridges of nodes meet in the namespace `wire`, one bridge for each segment.
"""

import time

from .plan import WORLD, Device, Place, Plan, bridge_device
from .spaces import Spaces, batch

WIRE = "wire"


def build(plan: Plan, spaces: Spaces, snooping: bool) -> None:
    names = [WIRE] + list(dict.fromkeys(place.space for place in plan.places.values()))
    spaces.make(names)
    for name in names:
        spaces.set(name, SETTINGS)
    for place in plan.places.values():
        if place.kind == "node":
            spaces.set(place.space, NODE_SETTINGS)
        if place.forwards:
            spaces.set(place.space, FORWARDING)
    batch("".join(segment_lines(plan)), WIRE)
    for place in plan.places.values():
        if place.kind == "node":
            build_node(place, plan, spaces)
    for place in plan.places.values():
        if place.kind == "guest":
            build_guest(place, plan, spaces)
        elif place.kind != "node":
            for device in place.devices:
                attach(device, place, spaces)
    build_remote(plan)
    for name in names:
        batch("link set lo up\n", name)
    for place in plan.places.values():
        add_addresses(place)
    for place in plan.places.values():
        batch("".join(f"route add {route}\n" for route in routes(place)), place.space)
    for place in plan.places.values():
        if place.kind == "node":
            narrow(place)
    hand_on(plan, spaces)
    if snooping:
        snoop(spaces, names)


SETTINGS = {
    # What the kernel would drop is not to be taken for a filter's doing.
    "ipv4/conf/all/rp_filter": 0,
    "ipv4/conf/default/rp_filter": 0,
    "ipv6/conf/all/accept_ra": 0,
    "ipv6/conf/default/accept_ra": 0,
    "ipv6/conf/default/accept_dad": 0,
    "ipv4/icmp_ratelimit": 0,
    "ipv6/icmp/ratelimit": 0,
    "ipv4/ip_local_port_range": "1024 1100",
}
# With 0 the address-less bridge of a guest answers ARP for the node, and packets pass beside the guest's chains.
NODE_SETTINGS = {"ipv4/conf/all/rp_filter": 2, "ipv4/conf/default/rp_filter": 2}
FORWARDING = {"ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1}
BRIDGED = {"bridge/bridge-nf-call-iptables": 1, "bridge/bridge-nf-call-ip6tables": 1, "bridge/bridge-nf-call-arptables": 0}
UNBRIDGED = {key: 0 for key in BRIDGED}
BRIDGE = "type bridge forward_delay 0 mcast_snooping 0"


# What a node hands on in one piece. What is larger, and may not be cut, comes back as an error.
NARROW = 1400


def narrow(place: Place) -> None:
    networks = {(address.network, device.name) for device in place.devices for address in device.addresses}
    batch("".join(f"route replace {network} dev {device} mtu lock {NARROW}\n" for network, device in sorted(networks, key=str)), place.space)


# Seconds after which who has not said again that it listens is taken to be gone; the querier asks once a second.
MEMBERSHIP = 3


def snoop(spaces: Spaces, names: list[str]) -> None:
    """Every bridge hands multicast to those alone who say that they listen, once somebody asks: the wires between the nodes."""
    short = f"mcast_snooping 1 mcast_membership_interval {MEMBERSHIP * 100}"
    asking = "mcast_querier 1 mcast_query_interval 100 mcast_startup_query_interval 100 mcast_query_response_interval 50 mcast_mld_version 2"
    for name in names:
        for bridge in bridges(spaces, name):
            batch(f"link set {bridge} type bridge {short} {asking if name == WIRE else ''}\n", name)


def bridges(spaces: Spaces, name: str) -> list[str]:
    lines = spaces.run(name, "ip", "-o", "link", "show", "type", "bridge").splitlines()
    return [line.split(":")[1].strip() for line in lines]


def forget(spaces: Spaces, names: list[str]) -> None:
    """What was said before any layer was loaded is over, and no neighbour is known."""
    time.sleep(3 * MEMBERSHIP)
    for name in names:
        spaces.run(name, "ip", "neighbour", "flush", "all")


def segment_lines(plan: Plan):
    for segment in plan.segments:
        yield f"link add {segment.wire} {BRIDGE}\nlink set {segment.wire} up\n"


def build_node(place: Place, plan: Plan, spaces: Spaces) -> None:
    lines = []
    for device in place.devices:
        wire = device.segment.wire
        port = f"{wire}-{list(plan.tree.nodes).index(place.name)}"
        lines.append(f"link add {device.name} {BRIDGE}\n")
        lines.append(f"link add port-{wire} type veth peer name {port} netns {WIRE}\n")
        lines.append(f"link set port-{wire} master {device.name} up\nlink set {device.name} up\n")
        batch("".join(lines), place.space)
        batch(f"link set {port} master {wire} up\n", WIRE)
        lines.clear()
    spaces.set(place.space, BRIDGED)
    spaces.set(WIRE, UNBRIDGED)
    quiet(spaces, place.space, [f"port-{device.segment.wire}" for device in place.devices])


def build_guest(place: Place, plan: Plan, spaces: Spaces) -> None:
    node = plan.places[place.guest.node]
    inner, outer, silent = [], [], []
    for device in place.devices:
        number, bridge = f"{place.guest.vmid}i{device.nic.index}", bridge_device(device.segment.link)
        tap = f"{'veth' if place.guest.container else 'tap'}{number}"
        outer.append(f"link add {tap} type veth peer name {device.name} netns {place.space} address {device.nic.mac}\n")
        silent.append(tap)
        if device.nic.firewall:
            fwbr, fwln, fwpr = f"fwbr{number}", f"fwln{number}", f"fwpr{place.guest.vmid}p{device.nic.index}"
            outer.append(f"link add {fwbr} {BRIDGE}\nlink add {fwln} type veth peer name {fwpr}\n")
            outer.append(f"link set {tap} master {fwbr} up\nlink set {fwln} master {fwbr} up\n")
            outer.append(f"link set {fwpr} master {bridge} up\nlink set {fwbr} up\n")
            silent += [fwbr, fwln, fwpr]
        else:
            outer.append(f"link set {tap} master {bridge} up\n")
        inner.append(f"link set {device.name} up\n")
    batch("".join(outer), node.space)
    quiet(spaces, node.space, silent)
    batch("".join(inner), place.space)


def attach(device: Device, place: Place, spaces: Spaces) -> None:
    """A device straight on a segment's wire, outside every node."""
    port = f"{device.segment.wire}-{place.space}"[:15]
    batch(f"link add {device.name} type veth peer name {port} netns {WIRE}\nlink set {device.name} up\n", place.space)
    batch(f"link set {port} master {device.segment.wire} up\n", WIRE)
    quiet(spaces, WIRE, [port])


def build_remote(plan: Plan) -> None:
    """Machines that are elsewhere: a cable each to the world, which has the routes."""
    for number, (name, addresses) in enumerate(plan.remote.items()):
        place = plan.places[name]
        end = f"r-{number}"
        batch(f"link add eth0 type veth peer name {end} netns {WORLD}\nlink set eth0 up\n", place.space)
        near = [f"100.66.77.{number + 1}", f"fd66:77::{number + 1:x}"]
        batch(f"link set {end} up\naddress add {near[0]}/32 dev {end}\naddress add {near[1]}/128 dev {end} nodad\n", WORLD)
        batch("".join(f"address add {address} dev eth0{nodad(address)}\n" for address in addresses), place.space)
        batch("".join(f"route add {address} dev {end}\n" for address in addresses), WORLD)
        versions = {address.version for address in addresses}
        hops = [near[0 if version == 4 else 1] for version in sorted(versions)]
        batch("".join(f"route add {hop} dev eth0\nroute add default via {hop} dev eth0\n" for hop in hops), place.space)


def add_addresses(place: Place) -> None:
    lines = [
        f"address add {address} dev {device.name}{nodad(address)}\n" for device in place.devices for address in device.addresses
    ]
    if place.space == WORLD:
        lines += [f"address add {address} dev lo{nodad(address)}\n" for address in place.further]
    batch("".join(lines), place.space)


def nodad(address) -> str:
    return " nodad" if address.version == 6 else ""


def routes(place: Place) -> list[str]:
    """Those of a family of which the place has an address. The first counts where two lead to everywhere."""
    versions = {address.version for address in place.addresses()}
    found = {}
    for route in place.routes:
        version = 6 if ":" in route else 4
        if version in versions:
            found.setdefault((route.split()[0], version), route)
    return list(found.values())


def quiet(spaces: Spaces, space: str, devices: list[str]) -> None:
    """Proxmox gives its plumbing no IPv6 of its own."""
    spaces.set(space, {f"ipv6/conf/{device}/disable_ipv6": 1 for device in devices})


def hand_on(plan: Plan, spaces: Spaces) -> None:
    """What an undescribed router does: a member says that it is found at an address that nobody in the tree has."""
    known = {address for place in plan.places.values() for address in place.addresses() if place.space != WORLD}
    lines = ""
    for key, member in plan.tree.members.items():
        for address in member.advertised:
            own = [have for have in plan.places[key].addresses() if have.version == address.version]
            if address not in known and own:
                family = "ip" if address.version == 4 else "ip6"
                lines += f"{family} daddr {address} udp dport {member.port} dnat {family} to {own[0]}\n"
    if lines:
        chain = f"chain prerouting {{\ntype nat hook prerouting priority -100\n{lines}}}\n"
        spaces.run(WORLD, "nft", "-f", "-", text=f"table inet lab {{\n{chain}}}\n")
