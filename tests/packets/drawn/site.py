"""One drawn site: emitted, probed with all layers, with each alone and with none, audited and proved about the same cells."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import claims

HERE = Path(__file__).resolve().parents[1]
ALONE = ("proxmox", "nebula", "guest")
RUNS = ("all", *ALONE, "none")
# Of each kind of cells; all of a small site.
SAMPLE = 350


@dataclass
class Drawn:
    """What came of a seed. `files` are cells by run and by who said them: `packets` and `audit` of the tree, and `emitted` and
    `proof`, the audit of the tree as it was emitted and the proof of the site: of a tree that was not changed, no other one."""

    seed: int
    folder: Path
    features: list[str] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    files: dict[tuple[str, str], Path] = field(default_factory=dict)
    # By run: the audit's decisions about each cell, a line of JSON each.
    decisions: dict[str, Path] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    seconds: float = 0
    failed: str = ""

    @property
    def tree(self) -> Path:
        return self.folder / "tree"


class Programs:
    """Copies of the two programs, so that a build meanwhile changes nothing."""

    def __init__(self, folder: Path):
        target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parents[1] / "target"))
        self.arvc = shutil.copy(target / "debug/arvc", folder)
        self.draw = shutil.copy(target / "debug/random-site", folder)


def run_site(seed: int, folder: Path, programs: Programs) -> Drawn:
    drawn = Drawn(seed, folder)
    start = time.monotonic()
    try:
        command(programs.draw, seed, folder, programs.arvc)
        known = json.loads((folder / "drawn.json").read_text())
        drawn.features, drawn.edits = known["features"], known.get("edits", [])
        for name in RUNS:
            probe(drawn, name)
            say(drawn, name, programs)
    except subprocess.CalledProcessError as error:
        drawn.failed = f"{' '.join(map(str, error.cmd))}: {(error.stderr or error.stdout or '')[-3000:]}"
    drawn.seconds = time.monotonic() - start
    return drawn


def command(*words, **options) -> str:
    words = [str(word) for word in words]
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


def probe(drawn: Drawn, name: str) -> None:
    out = drawn.folder / f"packets-{name}.jsonl"
    options = ["--layers", name, "--ask", "below,overlay,forged,relayed,masked,large,turns", "--sample", SAMPLE, "--out", out]
    words = [str(word) for word in (HERE / "probe", drawn.tree, *options)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    drawn.said += [f"{name}: {line}" for line in done.stderr.splitlines() if line.startswith("probe:")]
    drawn.files[name, "packets"] = out


def say(drawn: Drawn, name: str, programs: Programs) -> None:
    """The same questions, to the audit of the tree and the proof of the site, and to that of what was emitted for it."""
    cells, wiring = drawn.files[name, "packets"], drawn.tree / "wiring.json"
    drawn.decisions[name] = drawn.folder / f"decisions-{name}.jsonl"
    for who, of, decisions in (
        ("audit", drawn.tree, drawn.decisions[name]),
        ("emitted", drawn.folder / "emitted", None),
        ("proof", drawn.folder / "site.arv", None),
    ):
        if who == "emitted" and not drawn.edits:
            continue
        asked = "proof" if who == "proof" else "audit"
        said = claims.ask(programs.arvc, asked, of, cells, wiring, name, decisions)
        drawn.files[name, who] = drawn.folder / f"{who}-{name}.jsonl"
        drawn.files[name, who].write_text("".join(json.dumps(cell) + "\n" for cell in said))
