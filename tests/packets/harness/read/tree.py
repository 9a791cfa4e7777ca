"""A whole tree. What only comments say (which address of a set is a node's, which an operator's) is read from them."""

import re
from ipaddress import ip_interface, ip_network
from pathlib import Path

from ..model import Firewall, Tree
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
    nodes = read_nodes(root, firewall, {guest.node for guest in guests.values()})
    return Tree(
        root=root,
        nodes=nodes,
        guests=guests,
        machines=read_machines(guests, variables, set(nodes)),
        operators=read_operators(firewall),
        firewall=firewall,
        filters=read_filters(root, variables),
        members=read_members(root),
        release=read_release(root),
    )


def read_nodes(root: Path, firewall: Firewall, named: set[str]) -> dict[str, list]:
    """Nodes and their addresses. The set of managers names each, and an address that several nodes have is named only once
    there, but with each of them in the rules that let it in."""
    found = {name: [] for name in sorted(named | set(firewall.nodes))}
    said = [(entry.name, entry.comment) for entry in firewall.cluster.sets.get("management", [])]
    for rules in firewall.groups.values():
        for rule in rules:
            if rule.type == "in" and re.fullmatch(r"nodes\.\S+: SSH", rule.comment):
                said += [(address, rule.comment.removesuffix(": SSH")) for address in rule.source.split(",")]
    for address, comment in said:
        match = re.fullmatch(r"nodes\.(\S+)", comment)
        if match and match[1] in found and ip_network(address).num_addresses == 1:
            address = ip_network(address).network_address
            if address not in found[match[1]]:
                found[match[1]].append(address)
    return found


def read_operators(firewall: Firewall) -> list:
    """One address of each network that operators come from."""
    entries = firewall.cluster.sets.get("management", [])
    return [first_host(entry.name) for entry in entries if entry.comment == "operators"]


def first_host(network: str):
    network = ip_network(network)
    host = network.network_address if network.num_addresses == 1 else network.network_address + 1
    return ip_interface(host)
