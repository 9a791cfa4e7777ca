"""What a rule's source or destination may be: addresses, networks, a range, a set, an alias. A rule is of one family."""

import re
from ipaddress import ip_address, ip_network

from ..model import Firewall, Scope


class Erroneous(Exception):
    """Proxmox skips the rule and applies the rest."""


def family_of(text: str) -> int:
    """4 or 6. Proxmox takes no list of both."""
    families = set()
    for part in text.split(","):
        first = part.strip().partition("-")[0]
        try:
            families.add(ip_network(first, strict=False).version)
        except ValueError as error:
            raise Erroneous(f"no address: {part}") from error
    if len(families) != 1:
        raise Erroneous(f"addresses of both families: {text}")
    return families.pop()


def is_range(text: str) -> bool:
    first, dash, last = text.partition("-")
    if not dash:
        return False
    try:
        return ip_address(first).version == ip_address(last).version
    except ValueError:
        return False


def alias(text: str, firewall: Firewall, scope: Scope | None) -> str:
    """The text, or what it is an alias of: `guest/NAME`, `dc/NAME`, or NAME, which is the guest's before the cluster's."""
    if not re.fullmatch(r"((guest|dc)/)?[A-Za-z][A-Za-z0-9_-]+", text):
        return text
    where, _, name = text.rpartition("/")
    for scope_name, aliases in (("guest", scope.aliases if scope else {}), ("dc", firewall.cluster.aliases)):
        if where in ("", scope_name) and name.lower() in aliases:
            return aliases[name.lower()]
    raise Erroneous(f"no alias {text}")
