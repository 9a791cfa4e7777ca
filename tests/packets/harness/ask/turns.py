"""Addresses that machines have by turns. Each of them has each of its own once; meanwhile it is asked for there, and sends with it."""

from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_interface

from ..lab.plan import Device, Plan
from ..lab.spaces import Spaces, batch
from ..model import Address
from .cells import Cell, known_addresses, path, reachable, spread
from .ports import Ports

Turn = dict[Address, str]


def turns(plan: Plan) -> list[Turn]:
    """Who has which of them at a time: as many times as one of them has owners."""
    most = max((len(owners) for owners in plan.tree.turns.values()), default=0)
    return [{address: owners[number % len(owners)] for address, owners in plan.tree.turns.items()} for number in range(most)]


def turn_cells(plan: Plan, ports: Ports) -> list[Cell]:
    cells = []
    for turn in turns(plan):
        with held(plan, turn):
            for address, owner in turn.items():
                cells += towards(plan, ports, owner, address) + away(plan, ports, owner, address)
    return list(dict.fromkeys(cells))


def towards(plan: Plan, ports: Ports, owner: str, address: Address) -> list[Cell]:
    cells, target = [], plan.places[owner]
    for source in senders(plan, owner, address):
        if reachable(source, target, address, plan):
            cell = Cell(source.name, owner, str(address), path(source, target, address), "icmp")
            cells += spread(cell, source, target, ports)
    return cells


def away(plan: Plan, ports: Ports, owner: str, address: Address) -> list[Cell]:
    """To its neighbours and to who is behind a router: with an address on a segment it speaks on that, or for that."""
    cells, source = [], plan.places[owner]
    device = device_of(plan, owner, address)
    for target in senders(plan, owner, address):
        for there in known_addresses(target, plan):
            way = path(source, target, there)
            near = way == f"bridge {device.segment.link}" or way == "routed" and target.kind == "internet" and leads(device)
            if there.version == address.version and there not in plan.tree.turns and near:
                cell = Cell(owner, target.name, str(there), way, "icmp", forged=str(address))
                cells += spread(cell, source, target, ports, other=False)
    return cells


def leads(device: Device) -> bool:
    return device.nic is not None and bool(device.nic.gateways)


def senders(plan: Plan, owner: str, address: Address) -> list:
    def fits(place) -> bool:
        return place.name != owner and place.name not in plan.remote and any(own.version == address.version for own in place.addresses())

    return [place for place in plan.places.values() if fits(place)]


def of_turn(cells: list[Cell], turn: Turn) -> list[Cell]:
    said = {(str(address), owner) for address, owner in turn.items()}
    return [cell for cell in cells if said & {(cell.address, cell.target), (cell.forged, cell.source)}]


def is_turn(cell: Cell, plan: Plan) -> bool:
    """Whether it is about such an address, at or from a machine that may have it."""
    owners = {str(address): names for address, names in plan.tree.turns.items()}
    return cell.target in owners.get(cell.address, []) or cell.source in owners.get(cell.forged, [])


# --- having it


@contextmanager
def held(plan: Plan, turn: Turn):
    """In the plan alone."""
    have = [(device_of(plan, owner, address), address) for address, owner in turn.items()]
    more = [(device, ip_interface(f"{address}/{prefix(device, address)}")) for device, address in have]
    for device, own in more:
        device.addresses.append(own)
    try:
        yield more
    finally:
        for device, own in more:
            device.addresses.remove(own)


@contextmanager
def taken(plan: Plan, spaces: Spaces, turn: Turn):
    """In the plan and in the lab. A system sends with it what is bound to it, and nothing else; neighbours forget who had it."""
    with held(plan, turn) as more:
        named = [(plan.places[owner].space, device.name, own) for owner, (device, own) in zip(turn.values(), more, strict=True)]
        for space, device, own in named:
            unasked = " nodad preferred_lft 0" if own.version == 6 else ""
            batch(f"address add {own} dev {device}{unasked}\n", space)
        for place in plan.places.values():
            for own in turn:
                spaces.run(place.space, "ip", "neighbour", "flush", "to", str(own))
        try:
            yield
        finally:
            for space, device, own in named:
                batch(f"address del {own} dev {device}\n", space)


def device_of(plan: Plan, owner: str, address: Address) -> Device:
    devices = plan.places[owner].devices
    return next(device for device in devices if device.segment.network_of(address))


def prefix(device: Device, address: Address) -> int:
    return device.segment.network_of(address).prefixlen
