"""Forces tunnels through relays: no member's datagrams reach another one unless one of the two is a relay or a lighthouse, from
whatever port, for a member may take a random one. What is behind a member speaks to it all the same. What is left to ask are the
pairs of which neither is."""

from ..model import Member
from .plan import Plan
from .spaces import Spaces


def hubs(plan: Plan) -> set[str]:
    """Whom everybody reaches directly."""
    return {member.key for member in plan.tree.members.values() if member.relay or member.lighthouse}


def force_relay(plan: Plan, spaces: Spaces) -> None:
    addresses = [address for hub in hubs(plan) for address in plan.places[hub].addresses()]
    # Those at which members are told to find them, which may be a node's that hands the port on.
    addresses += [address for member in plan.tree.members.values() for address in member.hubs]
    for key, member in plan.tree.members.items():
        if key not in hubs(plan):
            spaces.run(plan.places[key].space, "nft", "-f", "-", text=cut(member, sorted(set(addresses), key=str)))


def cut(member: Member, kept: list) -> str:
    """A table of its own, before every other: whom datagrams may come from and go to, below the overlay."""
    chains = ""
    for hook, device, side in (("prerouting", "iifname", "saddr"), ("output", "oifname", "daddr")):
        chains += f'chain {hook} {{\ntype filter hook {hook} priority -400\n{device} "{member.device}" accept\n'
        for version, word in ((4, "ip"), (6, "ip6")):
            own = ", ".join(str(address) for address in [*kept, *member.behind] if address.version == version)
            chains += f"{word} {side} {{ {own} }} accept\n" if own else ""
        chains += f"meta l4proto udp drop\n}}\n"
    return f"table inet lab {{\n{chains}}}\n"
