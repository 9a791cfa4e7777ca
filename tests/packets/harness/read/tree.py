"""A whole tree. Where things are that no program's file says (nodes, operators, machines, joined bridges) is in `wiring.json`."""

import json
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

from ..model import Link, Tree
from .firewall import read_firewall
from .guests import read_guests
from .hcl import resources
from .inventory import add_addresses, add_forwarding, read_filters, read_machines, read_members, read_release, read_variables


def read_tree(root: Path) -> Tree:
    terraform = resources(root / "terraform")
    variables = read_variables(root)
    guests = read_guests(terraform)
    add_addresses(guests, variables)
    add_forwarding(guests, variables)
    firewall = read_firewall(terraform)
    wiring = json.loads((root / "wiring.json").read_text())
    nodes = {name: [ip_address(text) for text in own] for name, own in sorted(wiring["nodes"].items())}
    release = read_release(root)
    members = read_members(root, variables, release)
    machines = read_machines(wiring["machines"], variables, members)
    turns = {ip_address(text): [name for name in owners if name in guests or name in machines] for text, owners in wiring.get("turns", {}).items()}
    return Tree(
        root=root,
        nodes=nodes,
        guests=guests,
        machines=machines,
        operators=read_operators(wiring),
        joined=[(Link(said["bridge"], said.get("vlan")), said["nodes"]) for said in wiring["segments"]],
        turns={address: owners for address, owners in turns.items() if owners},
        firewall=firewall,
        filters=read_filters(root, variables),
        members=members,
        release=release,
    )


def read_operators(wiring: dict) -> list:
    """One address of each network that operators come from."""
    return [first_host(network) for network in wiring["operators"]]


def first_host(network: str):
    network = ip_network(network)
    host = network.network_address if network.num_addresses == 1 else network.network_address + 1
    return ip_interface(host)
