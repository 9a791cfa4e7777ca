"""Runs drawn sites side by side, holds what is said of them against one another, and prints the report."""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from .coverage import Coverage
from .site import ALONE, HERE, RUNS, Drawn, Programs, run_site


def main() -> int:
    parser = argparse.ArgumentParser(prog="random")
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("ARVC_SEED", "1")))
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS", "6")))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--report", type=Path)
    said = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as work:
        folder = (said.keep or Path(work)).resolve()
        programs = Programs(Path(work))
        with ThreadPoolExecutor(said.jobs) as pool:
            seeds = range(said.seed, said.seed + said.sites)
            sites = pool.map(lambda seed: run_site(seed, folder / str(seed), programs), seeds)
            return judge(sites, said, start)


def judge(sites, said: argparse.Namespace, start: float) -> int:
    compare = load_compare()
    coverage = Coverage()
    passed = failed = 0
    for drawn in sites:
        good = not drawn.failed and agree(drawn, compare)
        if drawn.failed:
            print(f"FAILED  seed {drawn.seed}: {drawn.failed}")
        else:
            coverage.add(drawn)
            print(f"{'OK' if good else 'FAILED':<7} seed {drawn.seed}, {drawn.seconds:.0f} s: {', '.join(drawn.features + drawn.edits)}")
        for line in drawn.said if not good else []:
            print(f"        | {line}")
        sys.stdout.flush()
        passed, failed = passed + good, failed + (not good)
    text, gaps = coverage.report()
    print(text)
    if said.report:
        said.report.write_text(text)
    failed += bool(gaps) and said.sites >= 20
    print(f"{said.sites} sites in {time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def agree(drawn: Drawn, compare) -> bool:
    """Packets, audit and proof say the same in every run, and all layers together what each says alone. What was changed in a tree
    the proof knows nothing of: it is held against the audit of what was emitted."""
    good = True
    for name in RUNS:
        for tree, sides in sides_of(drawn):
            paths = [drawn.files[name, who] for who in sides]
            if compare.compare([compare.read(path) for path in paths], paths, tree):
                print(f"        seed {drawn.seed}, layers: {name}")
                good = False
    if compare.conjunction(drawn.files["all", "packets"], [drawn.files[name, "packets"] for name in ALONE]):
        good = False
    return good


def sides_of(drawn: Drawn) -> list[tuple[Path, tuple[str, ...]]]:
    if not drawn.edits:
        return [(drawn.tree, ("packets", "audit", "proof"))]
    return [(drawn.tree, ("packets", "audit")), (drawn.folder / "emitted", ("emitted", "proof"))]


def load_compare():
    loader = SourceFileLoader("compare", str(HERE / "compare"))
    module = module_from_spec(spec_from_loader("compare", loader))
    loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main())
