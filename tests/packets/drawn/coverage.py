"""What the cells have hit: features, rows of the facts open and closed, layers that alone close."""

import json
from collections import Counter

import claims

from .rows import BOTH, DECISIONS, ONE, Tree, rules, ways
from .site import ALONE, Drawn

# How many cells a layer has to be the only one to close, and what part of all either verdict has to be.
ALONE_AT_LEAST, VERDICT_AT_LEAST = 50, 0.2
# Which fields of a cell are its verdict and not its question.
ANSWER = ("verdict", "missing")


class Coverage:
    def __init__(self):
        self.features = Counter()
        self.edits = Counter()
        self.verdicts = Counter()
        self.together = Counter()
        self.unknown = Counter()
        self.only = Counter()
        self.rows = {}

    def add(self, drawn: Drawn) -> None:
        self.features.update(drawn.features)
        self.edits.update(edit.split(", ")[0] for edit in drawn.edits)
        tree = Tree(drawn.tree)
        runs = {name: lines(drawn.files[name, "packets"]) for name in ("all", *ALONE)}
        self.together.update(cell["verdict"] for cell in runs["all"])
        alone = {name: {question(cell): cell["verdict"] for cell in runs[name]} for name in ALONE}
        for cell in runs["all"]:
            closing = [name for name in ALONE if alone[name].get(question(cell)) == "closed"]
            if len(closing) == 1:
                self.only[closing[0]] += 1
        for name, cells in runs.items():
            self.verdicts.update(cell["verdict"] for cell in cells)
            said = lines(drawn.files[name, "audit"])
            self.unknown.update(cell["missing"].split(";")[0] for cell in said if cell["verdict"] == "unknown")
            for cell in cells:
                # What never leaves a segment is closed everywhere by something.
                if name == "all" or claims.on_link(cell):
                    self.hit(ways(cell, tree), cell["verdict"])
            asked = [cell for cell in cells if not claims.inward(cell)]
            for cell, answer, line in zip(asked, said, drawn.decisions[name].open(), strict=True):
                if cell["verdict"] == answer["verdict"]:
                    self.decide(json.loads(line), cell["verdict"], tree)

    def decide(self, decisions: list[dict], verdict: str, tree: Tree) -> None:
        closing = [DECISIONS.get((part(decision["part"]), decision["words"])) for decision in decisions if decision["verdict"] == "closed"]
        if closing == ["MAC filter"]:
            self.hit(["MAC filter, nothing else"], verdict)
        for decision in decisions:
            if decision["verdict"] == verdict:
                own = part(decision["part"])
                row = DECISIONS.get((own, decision["words"]))
                self.hit(([row] if row else []) + rules(own, decision, tree), verdict)

    def hit(self, rows: list[str], verdict: str) -> None:
        for row in rows:
            self.rows.setdefault(row, Counter())[verdict] += 1

    def gaps(self) -> list[str]:
        gaps = [f"{row}: never {verdict}" for verdict, rows in ONE.items() for row in rows if not self.count(row, verdict)]
        gaps += [f"{row}: never {verdict}" for row in BOTH for verdict in ("open", "closed") if not self.count(row, verdict)]
        gaps += [
            f"{layer} alone closes {self.only[layer]} cells" for layer in ALONE if self.only[layer] < ALONE_AT_LEAST
        ]
        whole = sum(self.verdicts.values())
        few = [verdict for verdict in ("open", "closed") if self.verdicts[verdict] < VERDICT_AT_LEAST * whole]
        return gaps + [f"{verdict}: {self.verdicts[verdict]} of {whole} cells" for verdict in few]

    def count(self, row: str, verdict: str) -> int:
        return self.rows.get(row, Counter())[verdict]

    def report(self) -> tuple[str, list[str]]:
        out = ["", f"Cells: {told(self.verdicts)}; of these with all layers: {told(self.together)}"]
        out += ["Closed by one layer alone: " + told(self.only), "Features: " + told(self.features)]
        out += ["Changes of trees: " + told(self.edits), "  open closed  row"]
        out += [f"{count['open']:6} {count['closed']:6}  {row}" for row, count in sorted(self.rows.items())]
        out += ["Unknown to the audit"] + [f"{count:6}  {words}" for words, count in self.unknown.most_common(12)]
        gaps = self.gaps()
        out += ["Gaps"] + [f"  {gap}" for gap in gaps] if gaps else ["No gap."]
        return "\n".join(out), gaps


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def question(cell: dict) -> tuple:
    return tuple(sorted((key, value) for key, value in cell.items() if key not in ANSWER))


def part(text: str) -> str:
    """Without the names of machines."""
    for word in ("out of the node", "into the node", "out of", "into", "outbound rules", "inbound rules", "the tunnel", "the address"):
        if text.startswith(word):
            return word
    if text.startswith("filter of"):
        return "filter," + text.partition(",")[2]
    return "the member" if text.endswith("as a member") else text.split(" of ")[0]


def told(counter: Counter) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))
