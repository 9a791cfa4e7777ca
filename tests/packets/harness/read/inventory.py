"""Ansible's inventory and Nebula's files: who has which further address, filter and certificate."""

import json
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import yaml

from ..model import Address, Guest, Machine, Member


def read_variables(root: Path) -> dict[str, dict]:
    """Each host's own variables."""
    folder = root / "ansible/inventory/host_vars"
    return {path.stem: yaml.safe_load(path.read_text()) or {} for path in sorted(folder.glob("*.yml"))}


def read_release(root: Path) -> str:
    variables = yaml.safe_load((root / "ansible/inventory/group_vars/all.yml").read_text()) or {}
    return str(variables.get("nebula_version", ""))


def add_addresses(guests: dict[str, Guest], variables: dict[str, dict]) -> None:
    """What a guest has besides Terraform's addresses: those that Ansible adds, and the one that DHCP hands out."""
    prefixes = {}
    for guest in guests.values():
        for nic in guest.nics:
            for address in nic.addresses:
                prefixes.setdefault(nic.link, address.network)
    for key, guest in guests.items():
        own = variables.get(key, {})
        for further in own.get("bootstrap_addresses", []):
            nic = next(nic for nic in guest.nics if nic.device == further["device"])
            nic.addresses.append(ip_interface(further["address"]))
        for nic in guest.nics:
            network = prefixes.get(nic.link)
            if nic.dhcp and network and "ansible_host" in own and ip_address(own["ansible_host"]) in network:
                nic.addresses.append(ip_interface(f"{own['ansible_host']}/{network.prefixlen}"))


def add_forwarding(guests: dict[str, Guest], variables: dict[str, dict]) -> None:
    """Which guests the role `security` makes hand packets on."""
    for key, guest in guests.items():
        if "security_policy" in variables.get(key, {}):
            guest.forwards = bool(variables[key].get("security_forwards"))


def read_machines(stated: dict[str, list[str]], variables: dict[str, dict], members: dict[str, Member]) -> dict[str, Machine]:
    """Machines that are no guests. One of which no program's file knows the name goes by its address, and has no other one."""
    machines = {}
    for name, texts in stated.items():
        addresses = [ip_address(text) for text in texts]
        if name in variables or name in members:
            machines[name] = Machine(name, addresses)
        else:
            machines[str(addresses[0])] = Machine(str(addresses[0]), addresses[:1])
    return machines


def read_filters(root: Path, variables: dict[str, dict]) -> dict[str, str]:
    """The policy of each host that loads a filter."""
    folder = root / "ansible/files/filter"
    found = {}
    for key, own in variables.items():
        policy = own.get("security_policy")
        if policy and any((folder / f"{policy}.{ending}").exists() for ending in ("v4", "nft")):
            found[key] = policy
    return found


def read_members(root: Path, variables: dict[str, dict], release: str) -> dict[str, Member]:
    """Every member that has a configuration and a planned certificate. The release is its own, or the one of all."""
    plan = root / "nebula/certificates.json"
    members = {}
    if not plan.exists():
        return members
    for key, certificate in json.loads(plan.read_text())["hosts"].items():
        config = root / "nebula" / f"{key}.yml"
        if not config.exists():
            continue
        says = yaml.safe_load(config.read_text())
        members[key] = Member(
            key=key,
            config=config,
            device=says["tun"]["dev"],
            addresses=[ip_interface(network) for network in certificate["networks"]],
            lighthouse=says["lighthouse"]["am_lighthouse"],
            relay=says["relay"]["am_relay"],
            port=says["listen"]["port"],
            asks=[ip_address(host) for host in says["lighthouse"].get("hosts") or []],
            hubs=[host_of(remote) for remotes in (says.get("static_host_map") or {}).values() for remote in remotes],
            routes=[(ip_network(it["route"]), ip_address(it["via"])) for it in says["tun"].get("unsafe_routes") or []],
            behind=[ip_network(network) for network in certificate.get("unsafe_networks") or []],
            advertised=[host_of(remote) for remote in says["lighthouse"].get("advertise_addrs") or []],
            release=str(variables.get(key, {}).get("nebula_version", release)),
        )
    return members


def host_of(remote: str) -> Address:
    """Of `192.0.2.1:4242` or `[2001:db8::1]:4242`."""
    return ip_address(remote.rpartition(":")[0].strip("[]"))
