"""Proxmox's firewall, from the provider's resources, with what the provider sends where an attribute is absent."""

from ..model import Firewall, Rule, Scope, SetEntry
from .hcl import resolve

PREFIX = "proxmox_virtual_environment_"

# What the provider sends for guests' options that a resource does not state. `ipfilter` is then left to Proxmox.
GUEST_DEFAULTS = {
    "enabled": False,
    "dhcp": False,
    "ndp": False,
    "radv": True,
    "macfilter": True,
    "input_policy": "DROP",
    "output_policy": "ACCEPT",
}


def read_firewall(resources: dict) -> Firewall:
    firewall = Firewall()
    for (kind, _), body in resources.items():
        match kind.removeprefix(PREFIX):
            case "cluster_firewall":
                firewall.cluster.options = scalars(body)
            case "proxmox_node_firewall" | "node_firewall":
                scope(firewall, body).options = scalars(body)
            case "firewall_options":
                scope(firewall, body).options = GUEST_DEFAULTS | scalars(body)
            case "firewall_rules":
                scope(firewall, body).rules = read_rules(body, resources)
            case "cluster_firewall_security_group":
                firewall.groups[body["name"]] = read_rules(body, resources)
            case "firewall_ipset":
                scope(firewall, body).sets[body["name"]] = [
                    SetEntry(entry["name"], entry.get("nomatch", False) is True, entry.get("comment", ""))
                    for entry in body.get("cidr", [])
                ]
            case "firewall_alias":
                scope(firewall, body).aliases[body["name"].lower()] = body["cidr"]
    return firewall


def scope(firewall: Firewall, body: dict) -> Scope:
    """Whose file a resource writes: no selector is the cluster, a node's name alone is the node, a number is a guest."""
    vmid = body.get("vm_id", body.get("container_id"))
    if vmid is not None:
        return firewall.guests.setdefault(int(vmid), Scope())
    if "node_name" in body:
        return firewall.nodes.setdefault(body["node_name"], Scope())
    return firewall.cluster


def scalars(body: dict) -> dict[str, object]:
    return {key: value for key, value in body.items() if isinstance(value, (bool, int, str))}


def read_rules(body: dict, resources: dict) -> list[Rule]:
    rules = []
    for block in body.get("rule", []):
        values = {key: resolve(value, resources) for key, value in block.items()}
        enabled = values.pop("enabled", True) is not False
        group = values.pop("security_group", "")
        texts = {key: str(values[key]) for key in values if key in Rule.__dataclass_fields__}
        kind = "group" if group else texts.pop("type").lower()
        rules.append(Rule(**{**texts, "type": kind, "group": group, "enabled": enabled}))
    return rules
