"""Terraform's files as plain records: resources by type and name, with their attributes and nested blocks.

Texts are unquoted, references stay `${TYPE.NAME.ATTRIBUTE}`, a nested block is a list of records. Whatever is no literal and
no such reference stays text, and whoever needs its value fails there.
"""

import json
from pathlib import Path

import hcl2


def resources(folder: Path) -> dict[tuple[str, str], dict]:
    """All resources of a folder of `.tf` and `.tf.json` files."""
    found = {}
    for path in sorted(folder.glob("*.tf")):
        with path.open() as file:
            blocks = plain(hcl2.load(file)).get("resource", [])
        for block in blocks:
            for kind, named in block.items():
                for name, body in named.items():
                    found[kind, name] = body
    for path in sorted(folder.glob("*.tf.json")):
        for kind, named in json.loads(path.read_text()).get("resource", {}).items():
            for name, body in named.items():
                found[kind, name] = body
    return found


def plain(value):
    """Without the reader's marks, and with texts unquoted."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return json.loads(value)
    return value


def resolve(value, resources: dict[tuple[str, str], dict]):
    """A literal as it is, a reference to another resource's attribute as that attribute."""
    if not (isinstance(value, str) and value.startswith("${")):
        return value
    kind, _, rest = value[2:-1].partition(".")
    name, _, attribute = rest.partition(".")
    return resolve(resources[kind, name][attribute], resources)
