"""The chains of a node itself: what it lets in, what it lets out, and its managers' way in."""

from ipaddress import ip_address

from ..model import Scope
from .chains import Table

ALL_NEIGHBOURS = ["RS", "RA", "NS", "NA"]
MANAGEMENT_PORTS = ["8006", "5900:5999", "3128", "22", "60000:60050"]
TOWARDS_LOCAL_PORTS = ["8006", "22", "5900:5999", "3128"]
COROSYNC = "5404:5405"


def add_node(table: Table, scope: Scope, rings: list) -> None:
    """`rings` are the nodes' addresses on the cluster's network, between which corosync speaks."""
    if scope.options.get("enabled", True) is not True:
        return
    rings = [address for address in map(ip_address, rings) if address.version == table.version]
    add_in(table, scope, rings)
    add_out(table, scope, rings)


def add_in(table: Table, scope: Scope, rings: list) -> None:
    head(table, "INPUT", "-i", scope)
    table.blacklist("INPUT")
    if scope.options.get("nosmurfs", True):
        table.smurfs("INPUT")
    igmp(table, "INPUT")
    table.add_rules("INPUT", scope.rules, "in", scope, None, None)
    table.add_rules("INPUT", table.firewall.cluster.rules, "in", None, None, None)
    managers = table.sets.names.get((None, "management"))
    for ports in MANAGEMENT_PORTS if managers else []:
        table.add("INPUT", f"-m set --match-set {managers}-v{table.version} src -p tcp -m tcp --dport {ports} -j ACCEPT")
    for source in rings:
        for dest in rings:
            if source != dest:
                table.add("INPUT", f"-s {source} -d {dest} -p udp -m udp --dport {COROSYNC} -j ACCEPT")
    table.policy("INPUT", str(table.firewall.cluster.options.get("input_policy", "DROP")))


def add_out(table: Table, scope: Scope, rings: list) -> None:
    head(table, "OUTPUT", "-o", scope)
    igmp(table, "OUTPUT")
    table.add_rules("OUTPUT", scope.rules, "out", scope, None, None)
    table.add_rules("OUTPUT", table.firewall.cluster.rules, "out", None, None, None)
    local = table.firewall.cluster.aliases.get("local_network")
    if local and (":" in local) == (table.version == 6):
        for ports in TOWARDS_LOCAL_PORTS:
            table.add("OUTPUT", f"-d {local} -p tcp -m tcp --dport {ports} -j ACCEPT")
    for source in rings:
        for dest in rings:
            if source != dest:
                table.add("OUTPUT", f"-s {source} -d {dest} -p udp -m udp --dport {COROSYNC} -j ACCEPT")
    table.policy("OUTPUT", str(table.firewall.cluster.options.get("output_policy", "ACCEPT")))


def head(table: Table, chain: str, option: str, scope: Scope) -> None:
    table.add(chain, option, "lo -j ACCEPT")
    table.add(chain, "-m conntrack --ctstate INVALID -j DROP")
    table.add(chain, "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
    if scope.options.get("ndp", True):
        table.neighbours(chain, ALL_NEIGHBOURS, "ACCEPT")


def igmp(table: Table, chain: str) -> None:
    if table.version == 4:
        table.add(chain, "-p igmp -j ACCEPT")
