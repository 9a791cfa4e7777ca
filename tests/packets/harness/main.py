"""Builds a tree's lab, loads the layers that are to count, asks every cell, and writes the verdicts."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .ask.cells import (
    Cell,
    drawn,
    forged_cells,
    inward_cells,
    large_cells,
    lines,
    masked_cells,
    outer_cells,
    overlay_cells,
    read_cells,
    relayed_cells,
    tunnel_of,
)
from .ask.ports import Ports
from .ask.prober import Prober
from .ask.turns import is_turn, of_turn, taken, turn_cells, turns
from .ask.waves import halves
from .lab.build import build, forget
from .lab.edge import load_edge
from .lab.filters import load_addresses, load_filter
from .lab.overlay import Overlay
from .lab.plan import Plan, make_plan
from .lab.relay import force_relay
from .lab.spaces import Spaces
from .model import Tree
from .proxmox.load import load_node
from .read.tree import read_tree

LAYERS = ("proxmox", "nebula", "guest")
KINDS = ("below", "inward", "overlay", "forged", "relayed", "masked", "large", "turns")
# Of a sample, the part that is of each kind that few cells stand for.
FEW = 4


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="probe", description="Real packets through an emitted tree.")
    parser.add_argument("tree", type=Path)
    parser.add_argument("--layers", default="all", help="all, none, or some of proxmox,nebula,guest; the others are opened")
    parser.add_argument("--nebula", help="releases, handed out to the members in turn; without it, the tree's own")
    parser.add_argument("--programs", type=Path, required=True, help="the folder that holds nebula-RELEASE/")
    parser.add_argument("--ask", default="below,inward,overlay,forged,masked,large,turns", help=f"some of {','.join(KINDS)}")
    parser.add_argument("--cells", type=Path, help="ask these, whose verdicts are not looked at, and no others")
    parser.add_argument("--sample", type=int, help="at most so many cells of each kind, the same in each run")
    parser.add_argument("--snooping", action="store_true", help="bridges snoop, and something asks who listens")
    parser.add_argument("--out", type=Path, help="where the cells go; without it, to standard output")
    return parser.parse_args()


def main() -> int:
    said = arguments()
    layers = {"all": set(LAYERS), "none": set()}.get(said.layers, set(said.layers.split(",")))
    if not layers <= set(LAYERS):
        sys.exit(f"probe: no layer {' '.join(sorted(layers - set(LAYERS)))}")
    start = time.monotonic()
    tree = read_tree(said.tree.resolve())
    plan = make_plan(tree)
    with tempfile.TemporaryDirectory() as work:
        spaces = Spaces()
        build(plan, spaces, said.snooping)
        load_layers(plan, spaces, layers)
        if said.snooping:
            forget(spaces, [place.space for place in plan.places.values()])
        ports = Ports(tree)
        questions = ask_for(plan, ports, said)
        prober = Prober(plan, spaces, [cell for cells in questions.values() for cell in cells], said.snooping)
        built = time.monotonic()
        overlay = None
        if tree.members:
            if said.nebula:
                hand_out(tree, said.nebula.split(","))
            overlay = Overlay(plan, spaces, said.programs, Path(work), opened="nebula" not in layers)
        try:
            verdicts = ask_all(plan, spaces, questions, prober, overlay)
        finally:
            if overlay:
                overlay.stop()
    text = lines(verdicts)
    if said.out:
        said.out.write_text(text)
    else:
        sys.stdout.write(text)
    report(prober, verdicts, built - start, time.monotonic() - start)
    return 0


def hand_out(tree: Tree, releases: list[str]) -> None:
    """Releases to the members in turn, whatever the tree says; the last one signs. 1.6 reads no local addresses in rules, and is refused
    where something is behind a member."""
    known = [release for release in releases if not release.startswith("1.6.")]
    members = [tree.members[key] for key in sorted(tree.members)]
    for fit, own in ((releases, members), (known, [member for member in members if member.behind])):
        for index, member in enumerate(own):
            member.release = fit[index % len(fit)]
    tree.release = releases[-1]


def load_layers(plan: Plan, spaces: Spaces, layers: set[str]) -> None:
    for place in plan.places.values():
        if place.kind == "node":
            if "proxmox" in layers:
                for line in load_node(place, plan, spaces):
                    print(f"probe: Proxmox skips a rule of {place.name}: {line}", file=sys.stderr)
            load_edge(place, plan, spaces)
        elif "guest" in layers:
            load_filter(place, plan, spaces)
        else:
            load_addresses(place, plan, spaces)


def ask_for(plan: Plan, ports: Ports, said: argparse.Namespace) -> dict[str, list[Cell]]:
    """The questions by kind, which is what has to run and to be emptied for them."""
    if not said.cells:
        wanted = said.ask.split(",")
        kinds = {"inward": inward_cells, "below": outer_cells, "overlay": overlay_cells, "forged": forged_cells, "relayed": relayed_cells}
        kinds |= {"masked": masked_cells, "turns": turn_cells}
        asked = {kind: ask(plan, ports) if kind in wanted else [] for kind, ask in kinds.items()}
        asked["below"] += asked.pop("inward")
        if said.sample:
            few = {kind: said.sample // FEW for kind in ("masked", "turns")}
            asked = {kind: sample(cells, few.get(kind, said.sample), ports) for kind, cells in asked.items()}
        asked["forged"] += asked.pop("masked")
        for kind, cells in large_cells(plan, ports).items() if "large" in wanted else []:
            asked[kind] += cells
        return asked
    questions = {"below": [], "overlay": [], "forged": [], "relayed": [], "turns": []}
    for cell in read_cells(said.cells, plan):
        over = "relayed" if cell.relayed else "overlay"
        own = [str(address) for address in plan.places[cell.target].addresses()]
        if is_turn(cell, plan):
            questions["turns"].append(cell)
            continue
        lies = cell.masked or cell.forged or (cell.path.startswith("bridge") and cell.address not in own)
        questions[over if cell.path.startswith("overlay") else "forged" if lies else "below"].append(cell)
    return questions


def sample(cells: list[Cell], most: int, ports: Ports) -> list[Cell]:
    """Drawn by what they are, so that each run has the same, and in the order that they had; of ports that are handed on, all."""
    handed = {(str(forward.address), forward.port) for forward in ports.forwards}
    chosen = set(sorted(cells, key=lambda cell: ((cell.address, cell.port) not in handed, drawn(cell)))[:most])
    return [cell for cell in cells if cell in chosen]


def ask_all(
    plan: Plan, spaces: Spaces, questions: dict[str, list[Cell]], prober: Prober, overlay: Overlay | None
) -> dict[Cell, str]:
    verdicts = {}
    prober.introduce(questions["below"])
    for half in halves(questions["below"], plan):
        verdicts |= prober.ask(half, flush=True)
    for turn in turns(plan) if questions["turns"] else []:
        with taken(plan, spaces, turn):
            for half in halves(of_turn(questions["turns"], turn), plan):
                verdicts |= prober.ask(half, flush=True)
    if not overlay:
        return verdicts
    for member in plan.tree.members.values():
        prober.give_up_port(plan.places[member.key].space, member.port)
    verdicts |= ask_overlay(questions["overlay"], plan, prober, overlay)
    if questions["forged"] and not overlay.running:
        # Overlay addresses have to be there to be lied to.
        overlay.start()
    for half in halves(questions["forged"], plan):
        prober.flush()
        verdicts |= prober.ask(half, flush=False)
    overlay.stop()
    if questions["relayed"]:
        force_relay(plan, spaces)
        verdicts |= ask_overlay(questions["relayed"], plan, prober, overlay)
    return verdicts


def ask_overlay(cells: list[Cell], plan: Plan, prober: Prober, overlay: Overlay) -> dict[Cell, str]:
    """In each direction with new processes and empty tables: what is remembered of one must not open the other. Within one,
    tables are left alone, since tunnels may live by them, and each probe has a port of its own anyway. Of two members one begins: a relay
    of 1.6 that both ask at once hands on for neither ("Failed to update relay for target")."""
    verdicts = {}
    for half in halves(cells, plan, lambda cell: tunnel_of(cell, plan)):
        overlay.stop()
        prober.flush()
        overlay.start()
        for source, target in overlay.meet(sorted({tunnel_of(cell, plan) for cell in half})):
            print(f"probe: no tunnel from {source} to {target}", file=sys.stderr)
        verdicts |= prober.ask(half, flush=False)
    return verdicts


def report(prober: Prober, verdicts: dict[Cell, str], built: float, whole: float) -> None:
    tally = prober.tally
    opened = sum(verdict == "open" for verdict in verdicts.values())
    print(
        f"probe: {len(verdicts)} cells, {opened} open; {tally.probes} probes in {tally.waves} waves; built in {built:.1f} s, "
        f"asked in {tally.seconds:.1f} s ({tally.cells / max(tally.seconds, 0.001):.0f} cells/s), {whole:.1f} s in all",
        file=sys.stderr,
    )
    for cell in tally.unsteady:
        print(f"probe: closed once, then open: {cell}", file=sys.stderr)
    for cell in dict.fromkeys(tally.halfway):
        print(f"probe: arrived, and the answer did not: {cell}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
