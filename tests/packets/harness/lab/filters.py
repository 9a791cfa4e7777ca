"""The emitted filter files, loaded in the guests' and machines' namespaces as the role loads them."""

from .plan import Place, Plan
from .spaces import Spaces


def load_filter(place: Place, plan: Plan, spaces: Spaces) -> None:
    policy = plan.tree.filters.get(place.name)
    if policy:
        folder = plan.tree.root / "ansible/files/filter"
        if (folder / f"{policy}.nft").exists():
            spaces.run(place.space, "nft", "-f", str(folder / f"{policy}.nft"))
            return
        spaces.run(place.space, "iptables-restore", str(folder / f"{policy}.v4"))
        spaces.run(place.space, "ip6tables-restore", str(folder / f"{policy}.v6"))
