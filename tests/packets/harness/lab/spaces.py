"""Commands and code inside network namespaces.

One process holds sockets of all of them: a socket belongs to the namespace in which it was made, whoever uses it. The
namespaces are named below /run of the harness's own mount namespace, so two runs cannot meet, and the kernel takes them away
with the last process of the run.
"""

import ctypes
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Spaces:
    """The namespaces that were made, each by an open file."""

    def __init__(self):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.files: dict[str, int] = {}

    def make(self, names: list[str]) -> None:
        batch("".join(f"netns add {name}\n" for name in names))
        for name in names:
            self.files[name] = os.open(f"/run/netns/{name}", os.O_RDONLY)

    @contextmanager
    def inside(self, name: str):
        """What is made or started in here lives in that namespace."""
        enter(self.files[name])
        try:
            yield
        finally:
            enter(self.home)

    def run(self, name: str, *command: str, text: str | None = None, may_fail: bool = False) -> str:
        with self.inside(name):
            return run(*command, text=text, may_fail=may_fail)

    def set(self, name: str, values: dict[str, object]) -> None:
        """Kernel settings below net/. Some exist only where a device or a module does: those are asked for by name."""
        with self.inside(name):
            for key, value in values.items():
                Path("/proc/sys/net", *key.split("/")).write_text(f"{value}\n")


def enter(file: int) -> None:
    if LIBC.setns(file, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def run(*command: str, text: str | None = None, may_fail: bool = False) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0 and not may_fail:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}\n{numbered(text)}")
    return done.stdout


def batch(lines: str, space: str | None = None) -> None:
    """`ip` with many lines at once."""
    if lines:
        run("ip", *(["-n", space] if space else []), "-batch", "-", text=lines)


def numbered(text: str | None) -> str:
    return "\n".join(f"{number:4} {line}" for number, line in enumerate((text or "").splitlines(), 1))
