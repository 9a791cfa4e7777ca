"""Puts a node's chains into its namespace, if the data centre's switch is on."""

from ..lab.plan import Place, Plan
from ..lab.spaces import Spaces
from ..model import Scope
from .chains import Table
from .guests import add_guest, add_hook
from .nodes import add_node
from .sets import Sets

COMMANDS = {4: "iptables-restore", 6: "ip6tables-restore"}


def load_node(place: Place, plan: Plan, spaces: Spaces) -> list[str]:
    """Which rules were skipped as erroneous."""
    firewall = plan.tree.firewall
    if firewall.cluster.options.get("enabled") is not True:
        return []
    own = firewall.nodes.get(place.name, Scope())
    if own.options.get("nftables") is True:
        raise NotImplementedError(f"{place.name}: the nftables engine")
    guests = [guest for guest in plan.tree.guests.values() if guest.node == place.name]
    sets = Sets(firewall)
    for guest in guests:
        sets.add_guest(guest, firewall.guests.get(guest.vmid, Scope()))
    tables = {version: Table(version, firewall, sets) for version in COMMANDS}
    # By an address that several nodes have, none is found.
    every = [address for addresses in plan.tree.nodes.values() for address in addresses]
    alone = [[address for address in addresses if every.count(address) == 1] for addresses in plan.tree.nodes.values()]
    rings = [addresses[0] for addresses in alone if addresses]
    for table in tables.values():
        table.add_groups()
        add_hook(table)
        for guest in guests:
            scope = firewall.guests.get(guest.vmid, Scope())
            add_guest(table, guest, scope, smurfs=own.options.get("nosmurfs", True) is True)
        add_node(table, own, rings)
    spaces.run(place.space, "ipset", "restore", text="\n".join(sets.lines) + "\n")
    for version, command in COMMANDS.items():
        spaces.run(place.space, command, text=tables[version].text())
    return [line for table in tables.values() for line in table.skipped]
