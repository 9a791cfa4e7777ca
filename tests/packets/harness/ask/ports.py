"""Which ports are worth asking for: all that the tree's files name, at both ends of each range and just beyond."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

import yaml

from ..model import Address, Rule, Tree

# What Proxmox itself lets managers and corosync reach on a node.
NODE_TCP = {22, 3128, 5900, 8006, 60000}
NODE_UDP = {53, 123, 5404}


@dataclass(frozen=True)
class Forward:
    """A port that a node's edge hands on to a guest."""

    node: str
    address: Address
    protocol: str
    port: int
    target: str


class Ports:
    """Ports by the host whose files name them, and protocol."""

    def __init__(self, tree: Tree):
        self.named: dict[tuple[str, str], set[int]] = {}
        self.forwards = read_forwards(tree)
        for guest in tree.guests.values():
            scope = tree.firewall.guests.get(guest.vmid)
            for rule in scope.rules if scope else []:
                for member in tree.firewall.groups.get(rule.group, []) if rule.type == "group" else [rule]:
                    self.add_rule(guest.key, member)
        for key, policy in tree.filters.items():
            for path in (tree.root / f"ansible/files/filter/{policy}.{ending}" for ending in ("v4", "v6", "nft")):
                for line in path.read_text().splitlines() if path.exists() else []:
                    self.add_filter_line(key, line)
        for member in tree.members.values():
            firewall = yaml.safe_load(member.config.read_text())["firewall"]
            for rule in (firewall.get("inbound") or []) + (firewall.get("outbound") or []):
                protocols = ("tcp", "udp") if rule["proto"] == "any" else (rule["proto"],)
                for protocol in protocols:
                    self.add(member.key, protocol, str(rule.get("port", rule.get("code", "any"))).replace("-", ":"))
        for node in tree.nodes:
            self.named.setdefault((node, "tcp"), set()).update(NODE_TCP)
            self.named.setdefault((node, "udp"), set()).update(NODE_UDP)
            for rule in tree.firewall.cluster.rules + (tree.firewall.nodes[node].rules if node in tree.firewall.nodes else []):
                self.add_rule(node, rule)
        for forward in self.forwards:
            for end in (forward.node, forward.target):
                self.add(end, forward.protocol, str(forward.port))

    def add_rule(self, key: str, rule: Rule) -> None:
        for part in rule.dport.split(",") if rule.dport else []:
            self.add(key, rule.proto.lower(), part)

    def add_filter_line(self, key: str, line: str) -> None:
        protocol = re.search(r" -p (tcp|udp) ", line)
        ports = re.search(r" --(?:dport|dports) (\S+)", line)
        for part in ports[1].split(",") if protocol and ports else []:
            self.add(key, protocol[1], part)
        # As a table of nftables has it, one port or a list of them with what becomes of each.
        table = re.search(r" meta l4proto (tcp|udp) ct original proto-dst (?:vmap \{ (.*?) \}|(\S+))", line)
        for part in (table[2] or table[3]).split(",") if table else []:
            self.add(key, table[1], part.split(" : ")[0].strip().replace("-", ":"))

    def add(self, key: str, protocol: str, text: str) -> None:
        """`22`, `8000:8010`, or a word that means no port in particular."""
        if protocol not in ("tcp", "udp") or not re.fullmatch(r"\d+(:\d+)?", text):
            return
        first, _, last = text.partition(":")
        found = {int(first)} | ({int(last), min(int(last) + 1, 65535)} if last else set())
        self.named.setdefault((key, protocol), set()).update(found - {0})

    def between(self, source: str, target: str, protocol: str) -> set[int]:
        return self.named.get((source, protocol), set()) | self.named.get((target, protocol), set())


def read_forwards(tree: Tree) -> list[Forward]:
    forwards = []
    owners = {address.ip: guest.key for guest in tree.guests.values() for nic in guest.nics for address in nic.addresses}
    pattern = re.compile(r"-d (\S+?)(?:/32)? -p (tcp|udp) .*--dport (\d+) -j DNAT --to-destination (\S+)$")
    for node in tree.nodes:
        path = tree.root / "proxmox" / node / "edge.rules"
        for line in path.read_text().splitlines() if path.exists() else []:
            match = pattern.search(line)
            if match and ip_address(match[4]) in owners:
                forwards.append(Forward(node, ip_address(match[1]), match[2], int(match[3]), owners[ip_address(match[4])]))
    return forwards
