"""One rule of a list as the arguments of an iptables rule, for one family."""

import socket

from ..model import Firewall, Rule, Scope
from .addresses import Erroneous, alias, family_of, is_range
from .sets import Sets

PORTED = {"tcp", "udp", "udplite", "dccp", "sctp"}
ICMP = {4: {"icmp"}, 6: {"icmpv6", "ipv6-icmp"}}

# The one macro that is expanded: the emitted rules use no other.
PING = {4: ["-p", "icmp", "-m", "icmp", "--icmp-type", "echo-request"], 6: ["-p", "icmpv6", "--icmpv6-type", "echo-request"]}


def matches(
    rule: Rule, version: int, firewall: Firewall, sets: Sets, scope: Scope | None, vmid: int | None
) -> list[str] | None:
    """None where the rule is not of this family."""
    found = []
    for text, side, option in ((rule.source, "src", "-s"), (rule.dest, "dst", "-d")):
        if not text:
            continue
        if text.startswith("+"):
            found += ["-m", "set", "--match-set", f"{sets.find(text, vmid)}-v{version}", side]
            continue
        text = alias(text, firewall, scope)
        if family_of(text) != version:
            return None
        if is_range(text):
            found += ["-m", "iprange", f"--{side}-range", text]
        else:
            found += [option, text.replace(" ", "")]
    protocol = protocol_matches(rule, version)
    return None if protocol is None else protocol + found


def protocol_matches(rule: Rule, version: int) -> list[str] | None:
    if rule.macro:
        if rule.macro.lower() != "ping":
            raise NotImplementedError(f"macro {rule.macro}")
        return list(PING[version])
    proto = rule.proto.lower()
    if proto in ICMP[4] | ICMP[6]:
        if proto not in ICMP[version]:
            return None
        if rule.sport:
            raise Erroneous(f"ports of {proto}")
        found = ["-p", "icmp" if version == 4 else "icmpv6"]
        if rule.dport:
            # The port of ICMP is its type, and only by these two names of the protocol.
            if proto not in ("icmp", "icmpv6"):
                raise Erroneous(f"ports of {proto}")
            if not (rule.dport.isdigit() and int(rule.dport) < 256):
                raise NotImplementedError(f"ICMP type {rule.dport}")
            found += ["-m", proto if version == 4 else "icmpv6", f"--{proto}-type", rule.dport]
        return found
    if not proto:
        if rule.dport or rule.sport:
            raise Erroneous("ports without a protocol")
        return []
    found = ["-p", proto]
    for text, side in ((rule.sport, "sport"), (rule.dport, "dport")):
        # "0" passes the check of the form, and is then neither stored nor applied.
        if text and text != "0":
            if proto not in PORTED:
                raise Erroneous(f"ports of {proto}")
            found += port_matches(text, side, proto)
    return found


def port_matches(text: str, side: str, proto: str) -> list[str]:
    ports = [number(port.strip(), proto) for port in text.split(",")]
    if sum(2 if ":" in port else 1 for port in ports) > 15:
        raise Erroneous(f"more than 15 ports: {text}")
    if len(ports) == 1:
        return ["-m", proto, f"--{side}", ports[0]]
    return ["-m", "multiport", f"--{side}s", ",".join(ports)]


def number(port: str, proto: str) -> str:
    if all(part.isdigit() for part in port.split(":")):
        return port
    try:
        return str(socket.getservbyname(port, proto))
    except OSError as error:
        raise Erroneous(f"no port {port}") from error
