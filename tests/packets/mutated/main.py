"""Probes mutants side by side, and holds the packets of each against the audit of its tree and against those of the tree before."""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import claims
from drawn.main import load_compare
from drawn.site import HERE, Programs, command

ROOT = HERE.parents[1]
KINDS = "below,overlay,forged,relayed"
# Of the cells that the audit takes for changed, and of the others.
MOST = 120

Cells = dict[tuple, str]


@dataclass
class Mutant:
    """A changed tree. `layers` is what it was probed with: all, or its own alone where another one holds."""

    folder: Path
    tree: str
    change: str
    layer: str
    layers: str = "all"
    before: Cells = field(default_factory=dict)
    packets: Cells = field(default_factory=dict)
    audit: Cells = field(default_factory=dict)
    noticed: int = 0
    failed: str = ""

    def differ(self) -> list[tuple]:
        """Cells of which packets and audit of the changed tree say otherwise."""
        return [cell for cell, seen in self.packets.items() if self.audit[cell] not in (seen, "unknown")]

    def changed(self) -> list[tuple]:
        """Cells that packets found changed."""
        return [cell for cell, seen in self.packets.items() if seen != self.before[cell]]


class Base:
    """A golden tree: every cell, with all layers and with each alone, as packets and as the audit have it."""

    def __init__(self, name: str, work: Path, programs: Programs):
        self.tree = ROOT / "golden" / name
        self.work, self.name, self.programs = work, name, programs
        self.packets: dict[str, Cells] = {}
        self.audit: dict[str, Cells] = {}

    def probe(self, layers: str) -> None:
        out = self.work / f"{self.name}-{layers}.jsonl"
        command(HERE / "probe", self.tree, "--layers", layers, "--ask", KINDS, "--out", out)
        self.packets[layers] = load_compare().read(out)
        self.audit[layers] = audit(self.programs, self.tree, out, layers)


def audit(programs: Programs, tree: Path, cells: Path, layers: str) -> Cells:
    said = claims.ask(programs.arvc, "audit", tree, cells, tree / "wiring.json", layers)
    return {key_of(cell): cell["verdict"] for cell in said}


def key_of(cell: dict) -> tuple:
    return tuple(sorted((key, value) for key, value in cell.items() if key not in ("verdict", "missing")))


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutants")
    parser.add_argument("--number", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS", "6")))
    parser.add_argument("--keep", type=Path)
    said = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        folder = (said.keep or Path(work)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        programs = Programs(Path(work))
        command(ROOT / "target/debug/mutant-trees" if "CARGO_TARGET_DIR" not in os.environ
                else Path(os.environ["CARGO_TARGET_DIR"]) / "debug/mutant-trees", folder, said.number)
        mutants = [read(path) for path in sorted(folder.glob("*/mutant.json"))]
        bases = {name: Base(name, folder, programs) for name in sorted({mutant.tree for mutant in mutants})}
        with ThreadPoolExecutor(said.jobs) as pool:
            runs = {(mutant.tree, layers) for mutant in mutants for layers in ("all", mutant.layer)}
            list(pool.map(lambda run: bases[run[0]].probe(run[1]), sorted(runs)))
            done = pool.map(lambda mutant: run(mutant, bases[mutant.tree], programs), mutants)
            return judge(list(done), start)


def read(path: Path) -> Mutant:
    known = json.loads(path.read_text())
    return Mutant(path.parent, known["tree"], known["change"], known["layer"])


def run(mutant: Mutant, base: Base, programs: Programs) -> Mutant:
    tree = mutant.folder / "tree"
    try:
        for layers in dict.fromkeys(("all", mutant.layer)):
            mutant.layers = layers
            every = write(mutant.folder / f"every-{layers}.jsonl", base.packets[layers])
            now = audit(programs, tree, every, layers)
            noticed = [cell for cell, verdict in now.items() if verdict != base.audit[layers][cell]]
            if noticed:
                break
        mutant.noticed = len(noticed)
        cells = chosen(noticed, list(now))
        asked = write(mutant.folder / "asked.jsonl", dict.fromkeys(cells, "closed"))
        out = mutant.folder / "packets.jsonl"
        command(HERE / "probe", tree, "--layers", mutant.layers, "--cells", asked, "--out", out)
        mutant.packets = load_compare().read(out)
        mutant.before = base.packets[mutant.layers]
        mutant.audit = now
    except subprocess.CalledProcessError as error:
        mutant.failed = f"{' '.join(map(str, error.cmd))}: {(error.stderr or error.stdout or '')[-2000:]}"
    return mutant


def chosen(noticed: list[tuple], every: list[tuple]) -> list[tuple]:
    """Some that should have changed, some that should not, and the echoes by which neighbours find one another."""

    def some(cells: list[tuple]) -> list[tuple]:
        return sorted(cells, key=lambda cell: hashlib.sha256(repr(cell).encode()).digest())[:MOST]

    echoes = [cell for cell in every if dict(cell)["protocol"] == "icmp" and not dict(cell)["path"].startswith("overlay")]
    apart = set(noticed)
    return list(dict.fromkeys(some(noticed) + some([cell for cell in every if cell not in apart]) + echoes))


def write(path: Path, cells: Cells) -> Path:
    path.write_text("".join(json.dumps(dict(cell) | {"verdict": verdict}) + "\n" for cell, verdict in cells.items()))
    return path


def judge(mutants: list[Mutant], start: float) -> int:
    words = load_compare().words
    passed = failed = cells = moved = 0
    for mutant in mutants:
        differ, changed = mutant.differ(), mutant.changed()
        good = not mutant.failed and not differ
        tally = Counter(f"{mutant.before[cell]} to {mutant.packets[cell]}" for cell in changed)
        told = ", ".join(f"{count} {what}" for what, count in sorted(tally.items())) or "nothing changes"
        print(f"{'OK' if good else 'FAILED':<7} {mutant.tree}, {mutant.layers}: {mutant.change}")
        print(f"        {len(mutant.packets)} cells, {told}; the audit takes {mutant.noticed} for changed")
        if mutant.failed:
            print(f"        | {mutant.failed}")
        for cell in differ[:12]:
            was, seen, said = mutant.before[cell], mutant.packets[cell], mutant.audit[cell]
            print(f"        | {words(dict(cell))}: {seen} in packets, {said} in the audit; {was} before")
        passed, failed = passed + good, failed + (not good)
        cells, moved = cells + len(mutant.packets), moved + bool(changed)
    print(f"{moved} of {len(mutants)} mutants change packets, {cells} cells, in {time.monotonic() - start:.0f} s")
    if moved * 2 < len(mutants):
        print("too few change anything")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
