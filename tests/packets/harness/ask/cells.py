"""The questions. A cell asks whether the first packet from one place to an address of another, and its answer, pass."""

import hashlib
import ipaddress
import json
from dataclasses import dataclass, replace
from pathlib import Path

from ..lab.plan import INTERNET, WORLD, Device, Place, Plan
from ..lab.relay import hubs
from ..lab.segments import OUTER
from ..model import Address
from .ports import Ports

# Neither tcp nor udp nor icmp: GRE, of which a raw socket gets and sends what it likes.
OTHER = "47"
UNDECLARED = 9
# How many in pieces, of each way, protocol and family.
LARGE_ONES = 20
# What no provider leads to (RFC 1918, RFC 6598, RFC 4193).
PRIVATE = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")]

# What a cell may be besides.
MARKS = ("relayed", "masked", "large")


@dataclass(frozen=True)
class Cell:
    """`forged` is a source address that is not the sender's own, or that he has by turns with others. `relayed` forbids tunnels between
    the two ends. `masked` is a frame with another MAC address as its source, `large` a packet of more than the path carries in one."""

    source: str
    target: str
    address: str
    path: str
    protocol: str
    port: int | None = None
    forged: str | None = None
    relayed: bool = False
    masked: bool = False
    large: bool = False

    def record(self, verdict: str) -> dict:
        said = {"from": self.source, "to": self.target, "address": self.address, "path": self.path, "protocol": self.protocol}
        if self.port is not None:
            said["port"] = self.port
        if self.forged:
            said["source"] = self.forged
        said |= {word: True for word in MARKS if getattr(self, word)}
        return said | {"verdict": verdict}

    def order(self) -> tuple:
        address = ipaddress.ip_address(self.address)
        number = (address.version, int(address))
        return self.source, self.target, number, self.path, self.protocol, self.port or 0, self.forged or "", *marks(self)


def marks(cell: Cell) -> tuple[bool, ...]:
    return tuple(getattr(cell, word) for word in MARKS)


def lines(verdicts: dict[Cell, str]) -> str:
    """A cell a line, in their order."""
    return "".join(json.dumps(cell.record(verdicts[cell])) + "\n" for cell in sorted(verdicts, key=Cell.order))


def read_cells(path: Path, plan: Plan) -> list[Cell]:
    """The questions of a file of cells, as far as this lab has both ends of them."""
    cells = []
    for line in path.read_text().splitlines():
        said = json.loads(line)
        if said["from"] in plan.places and said["to"] in plan.places:
            port, source, own = said.get("port"), said.get("source"), {word: True for word in MARKS if word in said}
            cells.append(Cell(said["from"], said["to"], said["address"], said["path"], said["protocol"], port, source, **own))
    return list(dict.fromkeys(cells))


def below_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """Everything that does not go through the overlay: on a shared segment, or routed."""
    cells = []
    for source in plan.places.values():
        for target in plan.places.values():
            if source is target or target.kind == "operators" or source.space == target.space or source.name in plan.remote:
                continue
            for address in known_addresses(target, plan):
                if any(own.version == address.version for own in own_addresses(source)) and reachable(
                    source, target, address, plan
                ):
                    cell = Cell(source.name, target.name, str(address), path(source, target, address), "icmp")
                    cells += spread(cell, source, target, ports)
    for forward in ports.forwards:
        for source in plan.places.values():
            if source.name not in (forward.node, forward.target) and source.name not in plan.remote:
                if any(own.version == forward.address.version for own in own_addresses(source)):
                    cells.append(
                        Cell(source.name, forward.target, str(forward.address), "routed", forward.protocol, forward.port)
                    )
    return cells


def inward_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """From the Internet to addresses that its own routers do not lead to, and those of a neighbour there may."""
    return [cell for cell in below_cells(plan, ports) if inward(cell)]


def outer_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """What is below the overlay, without those."""
    return [cell for cell in below_cells(plan, ports) if not inward(cell)]


def inward(cell: Cell) -> bool:
    return cell.source == "internet" and any(ipaddress.ip_address(cell.address) in network for network in PRIVATE)


def overlay_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """Between members, at each overlay address of the target; and to what is behind a member that leads there."""
    cells = behind_cells(plan, ports)
    members = plan.tree.members
    for source in members.values():
        for target in members.values():
            if source is target:
                continue
            for address in target.addresses:
                if any(address.version == own.version for own in source.addresses):
                    cell = Cell(source.key, target.key, str(address.ip), "overlay", "icmp")
                    cells += spread(cell, plan.places[source.key], plan.places[target.key], ports)
    return cells


def behind_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """From each member that is told of a network behind another one, to everybody who has an address there. A protocol without ports
    is asked of no two at once: with one address as the source of both, an answer would be of either."""
    cells = []
    for source in plan.tree.members.values():
        for network, _ in source.routes:
            for target in plan.places.values():
                for address in known_addresses(target, plan) if target.name != source.key and target.space != WORLD else []:
                    if address in network:
                        cell = Cell(source.key, target.name, str(address), "overlay", "icmp")
                        cells += spread(cell, plan.places[source.key], target, ports, other=False)
    return cells


def tunnel_of(cell: Cell, plan: Plan) -> tuple[str, str]:
    """The members between which a cell's packets travel: the one that leads to its address, if that is no member's own."""
    for network, via in plan.tree.members[cell.source].routes:
        if ipaddress.ip_address(cell.address) in network:
            members = plan.tree.members.values()
            return cell.source, next(member.key for member in members if via in [own.ip for own in member.addresses])
    return cell.source, cell.target


def relayed_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """The same once more for pairs of which neither is reached directly by everybody."""
    near = hubs(plan)
    cells = overlay_cells(plan, ports)
    return [replace(cell, relayed=True) for cell in cells if near.isdisjoint(tunnel_of(cell, plan))]


def forged_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """Lies on a segment: another's address as source, and overlay addresses as either."""
    cells = []
    guests = [place for place in plan.places.values() if place.kind == "guest"]
    for number, source in enumerate(guests):
        # One stands for the others: whose address it is makes no difference to who may use it.
        others = guests[number + 1 :] + guests[:number]
        for target in guests:
            if source is target:
                continue
            for address in known_addresses(target, plan):
                way = path(source, target, address)
                if not way.startswith("bridge"):
                    continue
                beside = Cell(source.name, target.name, str(address), way, "icmp")
                for lie in lies(source, target, address, others, plan):
                    cells += spread(replace(beside, forged=str(lie)), source, target, ports, other=False)
                for overlaid in overlay_addresses(target, address.version, plan):
                    cell = replace(beside, address=str(overlaid))
                    cells += spread(cell, source, target, ports, other=False)
                    for lie in overlay_lies(others, target, address.version, plan):
                        cells += spread(replace(cell, forged=str(lie)), source, target, ports, other=False)
                cells += link_cells(beside, source, target, address, ports)
    return list(dict.fromkeys(cells))


def masked_cells(plan: Plan, ports: Ports) -> list[Cell]:
    """Frames of guests with a MAC address that is nobody's."""
    cells = []
    guests = [place for place in plan.places.values() if place.kind == "guest"]
    for source in guests:
        for target in guests:
            for address in known_addresses(target, plan) if source is not target else []:
                way = path(source, target, address)
                if way.startswith("bridge"):
                    cell = Cell(source.name, target.name, str(address), way, "icmp", masked=True)
                    cells += spread(cell, source, target, ports, other=False)
    return cells


def large_cells(plan: Plan, ports: Ports) -> dict[str, list[Cell]]:
    """Datagrams and echoes in pieces, some of each way, of those that are below an overlay and of those that are in one."""

    def some(cells: list[Cell]) -> list[Cell]:
        found: dict[tuple, list[Cell]] = {}
        for cell in sorted(cells, key=drawn):
            if cell.protocol in ("udp", "icmp"):
                found.setdefault((cell.path.split()[0], cell.protocol, ":" in cell.address), []).append(replace(cell, large=True))
        return [cell for own in found.values() for cell in own[:LARGE_ONES]]

    return {"below": some(outer_cells(plan, ports)), "overlay": some(overlay_cells(plan, ports))}


def drawn(cell: Cell) -> bytes:
    """What cells are chosen by: the same in each run."""
    return hashlib.sha256(repr(cell).encode()).digest()


def link_cells(beside: Cell, source: Place, target: Place, address: Address, ports: Ports) -> list[Cell]:
    """What never leaves a segment: to all on it, by broadcast or multicast, and between addresses of the link."""
    network = next(own.network for device in target.devices for own in device.addresses if own.ip == address)
    cells = []
    for everybody in ["ff02::1"] if address.version == 6 else ["224.0.0.1", str(network.broadcast_address)]:
        cells += spread(replace(beside, address=everybody), source, target, ports, other=False)
    # A connection is between two.
    cells = [cell for cell in cells if cell.protocol != "tcp"]
    near, far = on_path(source, target, beside.path)
    if address.version == 6:
        cell = replace(beside, address=link_local(far.nic.mac), forged=link_local(near.nic.mac))
        cells += spread(cell, source, target, ports, other=False)
    return cells


def on_path(source: Place, target: Place, path: str) -> tuple[Device, Device]:
    """The devices of both ends on the segment of a path."""
    for near in source.devices:
        for far in target.devices:
            if near.segment is far.segment and path == f"bridge {near.segment.link}":
                return near, far
    raise AssertionError(f"{source.name} and {target.name} do not share {path}")


def link_local(mac: str) -> str:
    """The address that a device takes on its link (RFC 4291, appendix A)."""
    octets = bytearray.fromhex(mac.replace(":", ""))
    octets[0] ^= 2
    return str(ipaddress.IPv6Address(bytes([0xFE, 0x80, *[0] * 6]) + octets[:3] + b"\xff\xfe" + octets[3:]))


def lies(source: Place, target: Place, address: Address, others: list[Place], plan: Plan) -> list[Address]:
    """A neighbour's address, a node's and an operator's, as far as somebody on this segment would answer to them."""
    found = []
    neighbours = [other for other in others if other is not target]
    nodes = [place for place in plan.places.values() if place.kind == "node"]
    for places in (neighbours, nodes):
        for other in places:
            own = [lie for lie in known_addresses(other, plan) if path(source, other, lie) == path(source, target, address)]
            own = [lie for lie in own if lie.version == address.version]
            if own:
                found.append(own[0])
                break
    found += [turn for turn, owners in plan.tree.turns.items() if source.name not in owners and is_beside(source, turn, target, address)]
    found += [operator.ip for operator in plan.tree.operators if operator.version == address.version][:1]
    return found


def is_beside(source: Place, lie: Address, target: Place, address: Address) -> bool:
    """Whether an address is one of the segment on which the two meet."""
    near, _ = on_path(source, target, path(source, target, address))
    return lie.version == address.version and near.segment.network_of(lie) is not None


def overlay_addresses(place: Place, version: int, plan: Plan) -> list[Address]:
    member = plan.tree.members.get(place.name)
    return [address.ip for address in member.addresses if address.version == version] if member else []


def overlay_lies(others: list[Place], target: Place, version: int, plan: Plan) -> list[Address]:
    for other in others:
        if other is not target and overlay_addresses(other, version, plan):
            return overlay_addresses(other, version, plan)[:1]
    return []


def spread(cell: Cell, source: Place, target: Place, ports: Ports, other: bool = True) -> list[Cell]:
    """The cell for each protocol, and for each port that either end's files name, and one that nobody names."""
    cells = [cell]
    for protocol in ("tcp", "udp"):
        for port in sorted(ports.between(source.name, target.name, protocol) | {UNDECLARED}):
            cells.append(replace(cell, protocol=protocol, port=port))
    return cells + ([replace(cell, protocol=OTHER)] if other else [])


def known_addresses(place: Place, plan: Plan) -> list[Address]:
    """Those that the tree says, and not those that the lab needed."""
    if place.kind == "internet":
        v6 = any(address.version == 6 for other in plan.tree.guests.values() for nic in other.nics for address in nic.addresses)
        return [address for address in INTERNET if address.version == 4 or v6]
    if place.name in plan.remote:
        machine = plan.tree.machines.get(place.name)
        return machine.addresses if machine else []
    own = place.addresses()
    return [address for address in own if address in plan.tree.nodes[place.name]] if place.kind == "node" else own


def reachable(source: Place, target: Place, address: Address, plan: Plan) -> bool:
    """Whether a question about the address has a meaning: there is a way to it, and it leads to this target."""
    if path(source, target, address) != "routed" or address not in target.addresses() or source.space == WORLD:
        return path(source, target, address) != "routed" or has_router(target, address, plan)
    near = [own.network for device in source.devices for own in device.addresses]
    # Several nodes may have a network of their own each, of the same addresses.
    return not any(address in network for network in near) and has_router(target, address, plan)


def has_router(target: Place, address: Address, plan: Plan) -> bool:
    for device in target.devices:
        if any(address in own.network for own in device.addresses):
            routers = [gateway for gateway in device.segment.gateways if gateway.version == address.version]
            feet = [foot for node in device.segment.nodes for foot in plan.tree.nodes[node]]
            owners = [node for node in plan.tree.nodes if address in plan.tree.nodes[node]]
            return len(owners) < 2 and bool(routers or any(device.segment.network_of(foot) for foot in feet))
    return True


def own_addresses(place: Place) -> list[Address]:
    return place.sources or place.addresses()


def path(source: Place, target: Place, address: Address) -> str:
    """`bridge LINK` where both are on the segment of the address, else `routed`."""
    for device in source.devices if source.space != WORLD else []:
        for other in target.devices:
            beside = any(address in own.network for own in device.addresses if own.version == address.version)
            if device.segment is other.segment and beside and any(address == own.ip for own in other.addresses):
                return f"bridge {device.segment.link}" if device.segment.wire != OUTER else "routed"
    return "routed"
