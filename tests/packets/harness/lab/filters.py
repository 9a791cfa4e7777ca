"""The emitted filter files, loaded in the guests' and machines' namespaces as the role loads them."""

from .plan import Place, Plan
from .spaces import Spaces


def load_addresses(place: Place, plan: Plan, spaces: Spaces) -> None:
    """What a table does with addresses, and nothing that it filters: that is no layer."""
    policy = plan.tree.filters.get(place.name)
    path = plan.tree.root / f"ansible/files/filter/{policy}.nft"
    if policy and path.exists() and "type nat" in path.read_text():
        spaces.run(place.space, "nft", "-f", str(path))
        spaces.run(place.space, "nft", "delete chain inet arvc input; delete chain inet arvc forward")


def load_filter(place: Place, plan: Plan, spaces: Spaces) -> None:
    policy = plan.tree.filters.get(place.name)
    if policy:
        folder = plan.tree.root / "ansible/files/filter"
        if (folder / f"{policy}.nft").exists():
            spaces.run(place.space, "nft", "-f", str(folder / f"{policy}.nft"))
            return
        spaces.run(place.space, "iptables-restore", str(folder / f"{policy}.v4"))
        spaces.run(place.space, "ip6tables-restore", str(folder / f"{policy}.v6"))
