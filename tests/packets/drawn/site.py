"""One drawn site: emitted, probed with all layers and with each alone, and audited about the same cells."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
ALONE = ("proxmox", "nebula", "guest")
RUNS = ("all", *ALONE)
# Of each kind of cells; all of a small site.
SAMPLE = 350


@dataclass
class Drawn:
    """What came of a seed. `files` are cells by run and by who said them (`packets`, `audit`)."""

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
            probe(drawn, name, known)
            audit(drawn, name, known, programs)
    except subprocess.CalledProcessError as error:
        drawn.failed = f"{' '.join(map(str, error.cmd))}: {(error.stderr or error.stdout or '')[-3000:]}"
    drawn.seconds = time.monotonic() - start
    return drawn


def command(*words, **options) -> str:
    words = [str(word) for word in words]
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


def probe(drawn: Drawn, name: str, known: dict) -> None:
    out = drawn.folder / f"packets-{name}.jsonl"
    options = ["--layers", name, "--ask", "below,overlay,forged,relayed", "--sample", SAMPLE, "--out", out]
    if known["separate"]:
        options += ["--separate", ",".join(known["separate"])]
    words = [str(word) for word in (HERE / "probe", drawn.tree, *options)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    drawn.said += [f"{name}: {line}" for line in done.stderr.splitlines() if line.startswith("probe:")]
    drawn.files[name, "packets"] = out


def audit(drawn: Drawn, name: str, known: dict, programs: Programs) -> None:
    """The same questions. The harness calls operators so; the audit knows their address alone."""
    cells = [json.loads(line) for line in drawn.files[name, "packets"].read_text().splitlines()]
    asked = drawn.folder / "asked.jsonl"
    asked.write_text("".join(json.dumps(renamed(cell, "operators", known["operators"])) + "\n" for cell in cells))
    layer = [] if name == "all" else ["--layer", name]
    answers = command(programs.arvc, "audit", drawn.tree, "--ask", asked, "--json", *layer).splitlines()
    decisions, verdicts = [], []
    for cell, line in zip(cells, answers, strict=True):
        answer = json.loads(line)
        said = {key: answer[key] for key in ("verdict", "missing") if key in answer}
        verdicts.append(json.dumps(cell | said))
        decisions.append(json.dumps(answer["decisions"]))
    drawn.files[name, "audit"] = drawn.folder / f"audit-{name}.jsonl"
    drawn.files[name, "audit"].write_text("".join(f"{line}\n" for line in verdicts))
    drawn.decisions[name] = drawn.folder / f"decisions-{name}.jsonl"
    drawn.decisions[name].write_text("".join(f"{line}\n" for line in decisions))


def renamed(cell: dict, name: str, other: str) -> dict:
    return {key: other if key in ("from", "to") and value == name else value for key, value in cell.items()}
