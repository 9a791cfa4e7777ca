"""Rule lists and policies as chains of one family, which guests and nodes share."""

from ..model import Firewall, Rule, Scope
from .addresses import Erroneous
from .matches import matches
from .sets import Sets

NEIGHBOUR = {"RS": 133, "RA": 134, "NS": 135, "NA": 136}


class Table:
    """The filter table of one family: chains in the order in which they were made, each with its rules."""

    def __init__(self, version: int, firewall: Firewall, sets: Sets):
        self.version, self.firewall, self.sets = version, firewall, sets
        self.chains: dict[str, list[str]] = {}
        self.skipped: list[str] = []
        self.add_fixed()

    def add(self, chain: str, *arguments: str) -> None:
        self.chains.setdefault(chain, []).append(" ".join(arguments))

    def add_fixed(self) -> None:
        """Chains for what every list and policy uses: REJECT, and the two policies with their exceptions."""
        self.chains["REJECTED"] = []
        silent = "icmp" if self.version == 4 else "icmpv6"
        if self.version == 4:
            for kind in ("BROADCAST", "MULTICAST"):
                self.add("REJECTED", "-m addrtype --dst-type", kind, "-j DROP")
            self.add("REJECTED", "-s 224.0.0.0/4 -j DROP")
        self.add("REJECTED", "-p", silent, "-j DROP")
        prohibited = "icmp-host-prohibited" if self.version == 4 else "icmp6-adm-prohibited"
        unreachable = "icmp-port-unreachable" if self.version == 4 else "icmp6-port-unreachable"
        self.add("REJECTED", "-p tcp -j REJECT --reject-with tcp-reset")
        self.add("REJECTED", "-p udp -j REJECT --reject-with", unreachable)
        self.add("REJECTED", "-j REJECT --reject-with", prohibited)
        for policy in ("DROP", "REJECT"):
            self.add_policy(policy)

    def add_policy(self, policy: str) -> None:
        chain = f"POLICY-{policy}"
        if self.version == 4:
            for kind in ("BROADCAST", "MULTICAST", "ANYCAST"):
                self.add(chain, "-m addrtype --dst-type", kind, "-j DROP")
            for kind in ("fragmentation-needed", "time-exceeded"):
                self.add(chain, "-p icmp -m icmp --icmp-type", kind, "-j ACCEPT")
        else:
            self.add(chain, "-p tcp -m tcp --dport 43 -j REJECTED")
            self.add(chain, "-d ff00::/8 -j DROP")
            for kind in ("destination-unreachable", "time-exceeded", "packet-too-big"):
                self.add(chain, "-p icmpv6 -m icmp6 --icmpv6-type", kind, "-j ACCEPT")
        if policy == "REJECT":
            self.add(chain, "-p udp -m udp --dport 1900 -j DROP")
            self.add(chain, "-p tcp -m tcp ! --syn -j DROP")
            self.add(chain, "-p udp -m udp --sport 53 -j DROP")
        self.add(chain, "-j", "DROP" if policy == "DROP" else "REJECTED")

    def add_groups(self) -> None:
        """Each security group once for either direction. What no rule of it decides goes on behind it."""
        for name, rules in self.firewall.groups.items():
            for direction in ("in", "out"):
                self.chains.setdefault(group_chain(name, direction), [])
                self.add_rules(group_chain(name, direction), rules, direction, None, None, None)

    def add_rules(
        self, chain: str, rules: list[Rule], direction: str, scope: Scope | None, vmid: int | None, net: str | None
    ) -> None:
        """A list in its order. `net` is the guest's device whose chain this is; a node's rules name devices of the kernel."""
        for rule in rules:
            if not rule.enabled or rule.type not in (direction, "group") or (net and rule.iface not in ("", net)):
                continue
            device = [] if net or not rule.iface else ["-i" if direction == "in" else "-o", rule.iface]
            if rule.type == "group":
                if rule.group in self.firewall.groups:
                    self.add(chain, *device, "-j", group_chain(rule.group, direction))
                continue
            try:
                found = matches(rule, self.version, self.firewall, self.sets, scope, vmid)
            except Erroneous as error:
                self.skipped.append(f"{chain}: {error}")
                continue
            if found is not None:
                self.add(chain, *device, *found, "-j", target(rule.action))

    def policy(self, chain: str, policy: str) -> None:
        self.add(chain, "-j", policy if policy == "ACCEPT" else f"POLICY-{policy}")

    def neighbours(self, chain: str, kinds: list[str], action: str) -> None:
        for kind in kinds if self.version == 6 else []:
            self.add(chain, "-p icmpv6 -m icmp6 --icmpv6-type", str(NEIGHBOUR[kind]), "-j", action)

    def blacklist(self, chain: str) -> None:
        """The cluster's set of that name, wherever packets come in."""
        if (None, "blacklist") in self.sets.names:
            self.add(chain, "-m set --match-set", f"{self.sets.names[None, 'blacklist']}-v{self.version}", "src -j DROP")

    def smurfs(self, chain: str) -> None:
        if self.version == 4:
            self.add(chain, "-m addrtype --src-type BROADCAST -j DROP")
            self.add(chain, "-s 224.0.0.0/4 -j DROP")

    def text(self) -> str:
        """For iptables-restore."""
        built_in = {"INPUT", "FORWARD", "OUTPUT"}
        heads = [f":{chain} ACCEPT [0:0]" for chain in sorted(built_in)]
        heads += [f":{chain} - [0:0]" for chain in self.chains if chain not in built_in]
        rules = [f"-A {chain} {rule}" for chain, rules in self.chains.items() for rule in rules]
        return "\n".join(["*filter", *heads, *rules, "COMMIT", ""])


def group_chain(name: str, direction: str) -> str:
    return f"GROUP-{name}-{direction.upper()}"


def target(action: str) -> str:
    return {"ACCEPT": "ACCEPT", "DROP": "DROP", "REJECT": "REJECTED"}[action.upper()]
