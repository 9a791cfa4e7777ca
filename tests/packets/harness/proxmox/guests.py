"""The chains of a guest's devices, in and out, and the hook that leads to them."""

from ..model import Guest, Nic, Scope
from .chains import Table

DHCP = {4: ("68", "67"), 6: ("546", "547")}


def add_hook(table: Table) -> None:
    """What is not valid is dropped, what is known passes, before any guest's chain."""
    table.add("FORWARD", "-m conntrack --ctstate INVALID -j DROP")
    table.add("FORWARD", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")


def add_guest(table: Table, guest: Guest, scope: Scope, smurfs: bool) -> None:
    for nic in guest.nics:
        # Without the flag the device has no bridge of its own, and nothing is there to filter it.
        if not nic.firewall:
            continue
        number = f"{guest.vmid}i{nic.index}"
        table.add("FORWARD", "-m physdev --physdev-is-bridged --physdev-in", f"fwln{number}", "-j", f"IN-{number}")
        table.add("FORWARD", "-m physdev --physdev-is-bridged --physdev-out", f"fwln{number}", "-j", f"OUT-{number}")
        add_out(table, f"OUT-{number}", guest, nic, scope)
        add_in(table, f"IN-{number}", guest, nic, scope, smurfs)


def add_out(table: Table, chain: str, guest: Guest, nic: Nic, scope: Scope) -> None:
    options = scope.options
    table.chains[chain] = []
    if options.get("enabled") is not True:
        table.add(chain, "-j ACCEPT")
        return
    if options.get("dhcp", True):
        client, server = DHCP[table.version]
        table.add(chain, "-p udp -m udp --sport", client, "--dport", server, "-j ACCEPT")
    if options.get("macfilter", True):
        table.add(chain, "-m mac ! --mac-source", nic.mac, "-j DROP")
    radv = options.get("radv", False) is True
    if not radv:
        table.neighbours(chain, ["RA"], "DROP")
    allowed = table.sets.ipfilter(guest, nic)
    if allowed:
        table.add(chain, "-m set ! --match-set", f"{allowed}-v{table.version}", "src -j DROP")
    if options.get("ndp", True):
        table.neighbours(chain, ["RS", "NS", "NA"] + (["RA"] if radv else []), "ACCEPT")
    table.add_rules(chain, scope.rules, "out", scope, guest.vmid, f"net{nic.index}")
    table.policy(chain, str(options.get("output_policy", "ACCEPT")))


def add_in(table: Table, chain: str, guest: Guest, nic: Nic, scope: Scope, smurfs: bool) -> None:
    options = scope.options
    table.chains[chain] = []
    table.blacklist(chain)
    if smurfs:
        table.smurfs(chain)
    if options.get("enabled") is not True:
        table.add(chain, "-j ACCEPT")
        return
    if options.get("dhcp", True):
        client, server = DHCP[table.version]
        table.add(chain, "-p udp -m udp --sport", server, "--dport", client, "-j ACCEPT")
    if options.get("ndp", True):
        table.neighbours(chain, ["RS", "RA", "NS", "NA"], "ACCEPT")
    table.add_rules(chain, scope.rules, "in", scope, guest.vmid, f"net{nic.index}")
    table.policy(chain, str(options.get("input_policy", "DROP")))
