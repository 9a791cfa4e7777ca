"""IP sets of a node: every set of the cluster, those of its guests, and the two that Proxmox makes itself.

Each becomes a set of the kernel for either family. `management` is the cluster's set and `local_network`; `ipfilter-netN` is the
guest's set, the link-local address of the device's MAC, and for containers what is configured.
"""

from ipaddress import IPv6Address, ip_network

from ..model import Firewall, Guest, Nic, Scope, SetEntry
from .addresses import Erroneous, alias


class Sets:
    """Names of kernel sets by Proxmox's names, and the lines that make them."""

    def __init__(self, firewall: Firewall):
        self.firewall = firewall
        self.names: dict[tuple[int | None, str], str] = {}
        self.lines: list[str] = []
        cluster = dict(firewall.cluster.sets)
        if "local_network" in firewall.cluster.aliases:
            management = cluster.get("management", []) + [SetEntry("local_network")]
            cluster["management"] = management
        for name, entries in cluster.items():
            self.add(None, name, entries, None)

    def add_guest(self, guest: Guest, scope: Scope) -> None:
        for name, entries in scope.sets.items():
            if not name.startswith("ipfilter-net"):
                self.add(guest.vmid, name, entries, scope)
        for nic in guest.nics:
            name = f"ipfilter-net{nic.index}"
            if scope.options.get("ipfilter") is True or name in scope.sets:
                entries = list(scope.sets.get(name, []))
                entries.append(SetEntry(str(link_local(nic))))
                if guest.container:
                    entries += [SetEntry(str(address.ip)) for address in nic.addresses]
                self.add(guest.vmid, name, entries, scope)

    def add(self, vmid: int | None, name: str, entries: list[SetEntry], scope: Scope | None) -> None:
        made = f"PVE-{len(self.names)}"
        self.names[vmid, name.lower()] = made
        for version in (4, 6):
            family = "inet" if version == 4 else "inet6"
            self.lines.append(f"create {made}-v{version} hash:net family {family}")
        seen = {}
        for entry in entries:
            network = ip_network(alias(entry.name, self.firewall, scope))
            # Of one address twice the last counts, and what a device has by itself is behind what somebody wrote.
            seen[network] = entry.nomatch
        for network, nomatch in seen.items():
            self.lines.append(f"add {made}-v{network.version} {network}{' nomatch' if nomatch else ''}")

    def find(self, reference: str, vmid: int | None) -> str:
        """The kernel set of `+NAME`, `+guest/NAME` or `+dc/NAME`, without its family."""
        where, _, name = reference.removeprefix("+").rpartition("/")
        for scope_name, key in (("guest", vmid), ("dc", None)):
            if where in ("", scope_name) and (scope_name == "dc" or vmid is not None) and (key, name.lower()) in self.names:
                return self.names[key, name.lower()]
        raise Erroneous(f"no set {reference}")

    def ipfilter(self, guest: Guest, nic: Nic) -> str | None:
        return self.names.get((guest.vmid, f"ipfilter-net{nic.index}"))


def link_local(nic: Nic) -> IPv6Address:
    """Of a device whose interface identifier is made of its MAC address (RFC 4291, appendix A)."""
    octets = [int(octet, 16) for octet in nic.mac.split(":")]
    octets[0] ^= 2
    identifier = octets[:3] + [0xFF, 0xFE] + octets[3:]
    return IPv6Address(0xFE80 << 112 | int.from_bytes(bytes(identifier), "big"))
