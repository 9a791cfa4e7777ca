"""The rows of the semantics, as far as a cell can hit them: who to whom, which decision, which kind of rule.

A row is hit open by a packet that passed for it, and closed by one that did not: of a kind of rule, that one took it, or that
those of the list that ended it were asked and none did.
"""

import json
import re
from pathlib import Path

from claims import on_link

# Decisions that are rows by themselves: part, words; and which verdicts they can have.
DECISIONS = {
    ("out of", "the firewall of the data centre is off"): "data centre's switch off, out",
    ("into", "the firewall of the data centre is off"): "data centre's switch off, in",
    ("out of", "the firewall of the device is off"): "device's flag off, out",
    ("into", "the firewall of the device is off"): "device's flag off, in",
    ("out of", "the firewall of the guest is off"): "guest's switch off, out",
    ("into", "the firewall of the guest is off"): "guest's switch off, in",
    ("into the node", "the firewall of the node is off"): "node's switch off",
    ("out of", "its IP filter holds no such source address"): "IP filter",
    ("out of", "its MAC filter: the frame bears another address"): "MAC filter",
    ("out of", "a rule lets it pass"): "rule ACCEPT, out",
    ("out of", "a rule drops it"): "rule DROP, out",
    ("out of", "no rule takes it, and the policy drops it"): "policy DROP, out",
    ("out of", "no rule takes it, and the policy lets it pass"): "policy ACCEPT, out",
    ("into", "a rule lets it pass"): "rule ACCEPT, in",
    ("into", "a rule drops it"): "rule DROP, in",
    ("into", "no rule takes it, and the policy drops it"): "policy DROP, in",
    ("into", "no rule takes it, and the policy lets it pass"): "policy ACCEPT, in",
    ("into the node", "Proxmox lets management in by itself"): "management of a node",
    ("into the node", "a rule lets it pass"): "rule of a node",
    ("into the node", "no rule takes it, and the policy drops it"): "policy of a node, in",
    ("out of the node", "no rule takes it, and the policy lets it pass"): "policy of a node, out",
    ("outbound rules", "an outbound rule lets it out"): "outbound rule",
    ("outbound rules", "no outbound rule lets it out"): "no outbound rule",
    ("inbound rules", "an inbound rule lets it in"): "inbound rule",
    ("inbound rules", "no inbound rule lets it in"): "no inbound rule",
    ("the tunnel", "they have a tunnel"): "tunnel",
    ("the tunnel", "they have no tunnel, direct or relayed"): "no tunnel",
    ("filter, in", "a rule lets it pass"): "filter, rule ACCEPT",
    ("filter, in", "a rule drops it"): "filter, rule DROP",
    ("filter, in", "no rule takes it, and the policy of the chain drops it"): "filter, policy DROP",
    ("filter, in", "no rule takes it, and the policy of the chain lets it pass"): "filter, policy ACCEPT",
    ("filter, out", "no rule takes it, and the policy of the chain drops it"): "filter, policy DROP of what goes out",
    ("filter, in, for the reply", "a rule lets it pass"): "filter, answers let in",
    ("filter, through", "a rule lets it pass"): "filter, handed on to what is behind",
    ("filter, through", "no rule takes it, and the policy of the chain drops it"): "filter, nothing handed on",
    ("the way", "it leaves with the address of the member"): "masquerading of a member",
    ("the address", "the certificate vouches for that network"): "certificate vouches for what is behind",
    ("the way", "a node hands it on"): "port handed on",
    ("the way", "a node hands it on to another machine"): "port handed on to another",
    ("the way", "a node translates it"): "masquerading",
    ("the way", "a node routes between its networks"): "node as router",
}

# The network that a member leads to.
BEHIND = ("10.76.", "fd00:76:")

# What has to be hit in twenty sites and more: rows of one verdict by it, others in both.
ONE = {
    "open": [
        "device's flag off, out",
        "device's flag off, in",
        "guest's switch off, out",
        "guest's switch off, in",
        "rule ACCEPT, out",
        "rule ACCEPT, in",
        "management of a node",
        "rule of a node",
        "policy of a node, out",
        "outbound rule",
        "inbound rule",
        "tunnel",
        "filter, rule ACCEPT",
        "filter, policy ACCEPT",
        "filter, answers let in",
        "port handed on",
        "masquerading",
        "filter, handed on to what is behind",
        "masquerading of a member",
        "certificate vouches for what is behind",
    ],
    "closed": [
        "IP filter",
        "MAC filter",
        "MAC filter, nothing else",
        "rule DROP, out",
        "policy DROP, out",
        "policy DROP, in",
        "policy of a node, in",
        "no outbound rule",
        "no inbound rule",
        "no tunnel",
        "filter, policy DROP",
        "filter, nothing handed on",
        "at the address of who leads there",
        "port handed on to another",
    ],
}
BOTH = [
    "guest to guest, one node",
    "guest to guest, two nodes",
    "node to guest",
    "guest to node",
    "guest to internet",
    "operators to guest",
    "machine to guest",
    "guest to machine",
    "member to member",
    "member to member, IPv6",
    "member to member, relayed",
    "member to member, of two releases",
    "behind a member",
    "IPv6 on a segment",
    "VLAN",
    "another's address as source",
    "another MAC address",
    "overlay address on a segment",
    "an address by turns",
    "an address by turns as source",
    "in pieces on a segment",
    "in pieces in an overlay",
    "too large for a router",
    "everybody on a segment",
    "an address of the link",
    "proxmox, one address",
    "proxmox, a network",
    "proxmox, one port",
    "proxmox, a range of ports",
    "proxmox, several ports",
    "proxmox, ICMP",
    "proxmox, any protocol",
    "nebula, host",
    "nebula, group",
    "nebula, anybody",
    "nebula, one port",
    "nebula, a range of ports",
    "nebula, ICMP",
    "nebula, any protocol",
    "filter, one address",
    "filter, a network",
    "filter, one port",
    "filter, a range of ports",
    "filter, ICMP",
    "filter, any protocol",
    "table of a machine that forwards",
    "table of who leads to what is behind",
]


class Tree:
    """What of a tree tells its rows apart."""

    def __init__(self, root: Path):
        self.root = root
        self.turns = json.loads((root / "wiring.json").read_text()).get("turns", {})
        self.texts: dict[str, list[str]] = {}
        self.members = {path.stem for path in (root / "nebula").glob("*.yml")}
        self.releases: dict[str, str] = {}
        for path in (root / "ansible/inventory/host_vars").glob("*.yml"):
            said = re.search(r'^nebula_version: "(.*)"', path.read_text(), flags=re.M)
            self.releases |= {path.stem: said[1]} if said else {}
        self.nodes: dict[str, str] = {}
        for name in ("guests.tf", "containers.tf"):
            path = root / "terraform" / name
            for body in re.split(r"^resource ", path.read_text(), flags=re.M) if path.exists() else []:
                head = re.match(r'"\w+" "(\S+)" \{', body)
                node = re.search(r'node_name += "(\S+)"', body)
                if head and node:
                    self.nodes[head[1]] = node[1]

    def lines(self, file: str) -> list[str]:
        if file not in self.texts:
            self.texts[file] = (self.root / file).read_text().splitlines()
        return self.texts[file]

    def kind(self, name: str) -> str:
        if name in self.nodes:
            return "guest"
        return name if name in ("internet", "operators") else "node" if re.fullmatch(r"n\d", name) else "machine"


def ways(cell: dict, tree: Tree) -> list[str]:
    """Rows of who sends to whom, and how."""
    source, target = tree.kind(cell["from"]), tree.kind(cell["to"])
    found = []
    if "large" in cell:
        way = cell["path"].split()[0]
        return [{"overlay": "in pieces in an overlay", "routed": "too large for a router"}.get(way, "in pieces on a segment")]
    if "masked" in cell:
        return ["another MAC address"]
    if cell["to"] in tree.turns.get(cell["address"], []):
        return ["an address by turns"]
    if cell["from"] in tree.turns.get(cell.get("source"), []):
        return ["an address by turns as source"]
    if cell["path"].startswith("overlay") and cell["address"].startswith(BEHIND):
        return ["at the address of who leads there" if cell["to"] in tree.members else "behind a member"]
    if cell["path"].startswith("overlay"):
        if not cell.get("relayed") and len({tree.releases.get(cell[end], "") for end in ("from", "to")}) == 2:
            found = ["member to member, of two releases"]
        tail = ", relayed" if cell.get("relayed") else ", IPv6" if ":" in cell["address"] else ""
        return [f"member to member{tail}", *found]
    if on_link(cell):
        return ["an address of the link" if "source" in cell else "everybody on a segment"]
    if "source" in cell:
        return ["another's address as source"]
    if cell["path"].startswith("bridge") and cell["address"].startswith(("10.79.", "fd00:79:")):
        return ["overlay address on a segment"]
    if source == target == "guest":
        same = tree.nodes[cell["from"]] == tree.nodes[cell["to"]]
        found.append(f"guest to guest, {'one node' if same else 'two nodes'}")
    else:
        found.append(f"{source} to {target}")
    if cell["path"].startswith("bridge"):
        found += ["IPv6 on a segment"] if ":" in cell["address"] else []
        found += ["VLAN"] if "." in cell["path"] else []
    return found


LAYERS = {"out of": "proxmox", "into": "proxmox", "outbound rules": "nebula", "inbound rules": "nebula"}
LAYERS |= {"filter, in": "filter", "filter, through": "filter"}


def rules(part: str, decision: dict, tree: Tree) -> list[str]:
    """Kinds of the rule that decided, or of all that were asked in vain."""
    layer = LAYERS.get(part)
    if not layer or not decision["sources"]:
        return []
    where = decision["sources"][-1]
    lines = tree.lines(where["file"])
    if where["file"].endswith(".nft"):
        return table_rules(decision, lines, where["line"] - 1)
    if decision["verdict"] == "open":
        texts = [block(lines, where["line"] - 1)] if "rule" in decision["words"] and "no rule" not in decision["words"] else []
    elif layer == "proxmox":
        texts = blocks(tree.lines("terraform/firewall_groups.tf"))
    else:
        texts = blocks(lines)
    return sorted({f"{layer}, {kind}" for text in texts for kind in kinds(layer, text)})


def table_rules(decision: dict, lines: list[str], start: int) -> list[str]:
    """The same of a table of nftables, each rule of which is a line."""
    taken = "rule" in decision["words"] and "no rule" not in decision["words"]
    texts = [lines[start]] if decision["verdict"] == "open" and taken else [line for line in lines if line.endswith(" accept")]
    texts = texts if taken or decision["verdict"] == "closed" else []
    leads = any("masquerade" in line for line in lines)
    whose = "table of who leads to what is behind" if leads else "table of a machine that forwards"
    return sorted({whose} | {f"filter, {kind}" for text in texts for kind in table_kinds(text)})


def table_kinds(text: str) -> list[str]:
    if any(words in text for words in ("ct state", "iif ", "iifkind", "nd-neighbor", "mld-listener")):
        return []
    source = re.search(r" ip6? saddr (\{.*?\}|\S+)", text)
    ports = re.search(r" (?:proto-dst|dport) (\{.*?\}|\S+)", text)
    found = []
    if source:
        found = ["a network" if "/" in source[1] else "several addresses" if "," in source[1] else "one address"]
    if ports:
        return found + ["a range of ports" if "-" in ports[1] else "several ports" if "," in ports[1] else "one port"]
    return found + (["ICMP"] if "icmp" in text else ["another protocol"] if "l4proto" in text else ["any protocol"])


def block(lines: list[str], start: int) -> str:
    """The lines of one rule."""
    if lines[start].startswith("-A "):
        return lines[start]
    taken = [lines[start]]
    for line in lines[start + 1 :]:
        if line.strip() in ("}", "") or line.lstrip().startswith(("- ", "#", "rule {")) or not line.startswith("    "):
            break
        taken.append(line)
    return "\n".join(taken)


def blocks(lines: list[str]) -> list[str]:
    begins = ("-A INPUT", "    - proto", "  rule {")
    return [block(lines, number) for number, line in enumerate(lines) if line.startswith(begins) and "conntrack" not in line]


def kinds(layer: str, text: str) -> list[str]:
    if layer == "proxmox":
        says = dict(re.findall(r'(\w+) += "([^"]*)"', text))
        address, ports = says.get("source") or says.get("dest"), says.get("dport")
        protocol = "icmp" if says.get("macro") == "Ping" else says.get("proto")
    elif layer == "nebula":
        says = dict(re.findall(r'(\w+): "?([^"\n]*)"?', text))
        address, ports, protocol = None, says.get("port"), says.get("proto")
        subjects = [key for key in ("host", "group", "groups") if key in says]
        found = ["anybody" if says.get("host") == "any" else subjects[0]] if subjects else []
        ports = None if ports == "any" else ports
        protocol = None if protocol == "any" else protocol
        return found + numbers(ports) + protocols(protocol)
    else:
        said = {option: value for option, value in re.findall(r"-?(-\w+) (\S+)", text)}
        address, ports, protocol = said.get("-s"), said.get("-dport") or said.get("-dports"), said.get("-p")
        if " -i lo " in text:
            return []
    found = []
    if address:
        lone = "/" not in address or address.endswith(("/32", "/128"))
        found.append("one address" if lone and "," not in address else "a network" if "/" in address else "several addresses")
    return found + numbers(ports) + protocols(protocol)


def numbers(ports: str | None) -> list[str]:
    if not ports:
        return []
    return ["a range of ports" if re.search(r"\d[-:]\d", ports) else "several ports" if "," in ports else "one port"]


def protocols(protocol: str | None) -> list[str]:
    if protocol is None:
        return ["any protocol"]
    return ["ICMP"] if "icmp" in protocol else [] if protocol in ("tcp", "udp") else ["another protocol"]
