"""A node's emitted edge: its rules are loaded by the very commands of its emitted unit."""

import shlex

from .plan import Place, Plan
from .spaces import Spaces


def load_edge(place: Place, plan: Plan, spaces: Spaces) -> None:
    folder = plan.tree.root / "proxmox" / place.name
    if not (folder / "arvc-edge.service").exists():
        return
    for line in (folder / "arvc-edge.service").read_text().splitlines():
        if line.startswith("ExecStart="):
            command = line.removeprefix("ExecStart=").replace("/etc/arvc/edge.rules", str(folder / "edge.rules"))
            spaces.run(place.space, *shlex.split(command))
