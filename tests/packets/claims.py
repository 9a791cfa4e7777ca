#!/usr/bin/env python3
"""What arvc says of the cells that packets were sent for: the audit of the files, and the proof of the site.

  claims.py audit|proof ARVC TREE|SITE CELLS OUT --wiring FILE [--layers LAYERS] [--decisions FILE]

LAYERS is `all`, `none` or one layer. Both are asked the same: operators by an address that they have, since the files know no
other name of theirs. The proof is about packets that somebody sends to a machine by himself, and skips lies, forbidden tunnels and what is to all.
"""

import argparse
import json
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path

# What the proof says nothing of.
OUT_OF_THE_ORDINARY = ("source", "relayed", "masked", "large")
WORDS = {"all": [], "none": ["--layer", "path"]}


def ask(arvc: Path, who: str, of: Path, cells: Path, wiring: Path, layers: str, decisions: Path | None = None) -> list[dict]:
    """The cells again, with the verdicts of the audit of a tree, or of the proof of a site."""
    asked = [json.loads(line) for line in cells.read_text().splitlines()]
    asked = [cell for cell in asked if not inward(cell)]
    if who == "proof":
        asked = [cell for cell in asked if not any(word in cell for word in OUT_OF_THE_ORDINARY) and not on_link(cell)]
    operators = operators_of(wiring)
    path = cells.with_suffix(f".{who}-asked")
    path.write_text("".join(json.dumps(renamed(cell, operators)) + "\n" for cell in asked))
    words = ["audit", of, "--ask", path, "--json"] if who == "audit" else ["reach", "--site", of, "--ask", path]
    words = [str(word) for word in (arvc, *words, *WORDS.get(layers, ["--layer", layers]))]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if who == "proof":
        answers = in_order(answers, asked, operators)
    if decisions:
        decisions.write_text("".join(json.dumps(answer["decisions"]) + "\n" for answer in answers))
    said = [{key: answer[key] for key in ("verdict", "missing") if key in answer} for answer in answers]
    bare = [{key: value for key, value in cell.items() if key != "verdict"} for cell in asked]
    return [cell | answer for cell, answer in zip(bare, said, strict=True)]


def inward(cell: dict) -> bool:
    """From the Internet to where it leads nobody: the lab's has routes that no provider has."""
    return cell["from"] == "internet" and ip_address(cell["address"]).is_private and cell["to"] != "operators"


def on_link(cell: dict) -> bool:
    """To all on a segment, or to an address of the link: a broadcast address is nobody's."""
    address = ip_address(cell["address"])
    return address.is_multicast or address.is_link_local or (cell["path"].startswith("bridge") and str(address).endswith(".255"))


def in_order(answers: list[dict], asked: list[dict], operators: list) -> list[dict]:
    """Answers in the order of the questions: the proof sorts them."""
    by_question = {question(answer): answer for answer in answers}
    return [by_question[question(renamed(cell, operators))] for cell in asked]


def question(cell: dict) -> tuple:
    return tuple(sorted((key, value) for key, value in cell.items() if key not in ("verdict", "missing")))


def operators_of(wiring: Path) -> list:
    """An address of each network that operators come from."""
    networks = [ip_network(text) for text in json.loads(wiring.read_text())["operators"]]
    return [network[0] if network.num_addresses == 1 else network[1] for network in networks]


def renamed(cell: dict, operators: list) -> dict:
    version = ip_address(cell["address"]).version
    own = next((str(address) for address in operators if address.version == version), "operators")
    return {key: own if key in ("from", "to") and value == "operators" else value for key, value in cell.items()}


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("who", choices=["audit", "proof"])
    for name in ("arvc", "of", "cells", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--wiring", type=Path, required=True)
    parser.add_argument("--layers", default="all")
    said = parser.parse_args()
    cells = ask(said.arvc, said.who, said.of, said.cells, said.wiring, said.layers)
    said.out.write_text("".join(json.dumps(cell) + "\n" for cell in cells))


if __name__ == "__main__":
    main()
