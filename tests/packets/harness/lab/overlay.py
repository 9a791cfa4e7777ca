"""Nebula itself: certificates signed by the emitted plan, one process for each member, and when tunnels are there."""

import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..model import Member
from .plan import Plan
from .spaces import Spaces, run

# Merged in front of the emitted lists: everything passes, whatever they say.
OPEN = """firewall:
  outbound:
    - {proto: "any", port: "any", host: "any"}
  inbound:
    - {proto: "any", port: "any", host: "any"}
    # What is behind a member too.
    - {proto: "any", port: "any", host: "any", local_cidr: "0.0.0.0/0"}
    - {proto: "any", port: "any", host: "any", local_cidr: "::/0"}
"""


@dataclass
class Running:
    """A member's process. `met` holds the peers' overlay addresses: True with a tunnel, False when the handshake was given up."""

    member: Member
    process: subprocess.Popen
    log: Path
    read: int = 0
    met: dict[str, bool] = field(default_factory=dict)

    def forget(self, peer: Member) -> None:
        """That an earlier handshake was given up."""
        for address in peer.addresses:
            if self.met.get(str(address.ip)) is False:
                del self.met[str(address.ip)]

    def follow(self) -> None:
        with self.log.open("rb") as file:
            file.seek(self.read)
            text = file.read()
        whole, newline, _ = text.rpartition(b"\n")
        self.read += len(whole) + len(newline)
        for line in whole.splitlines():
            self.note(line)

    def note(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return
        peers = said.get("vpnAddrs") or [said.get("vpnIp")]
        message = said.get("msg", "")
        if message.startswith("Handshake timed out"):
            for peer in peers:
                self.met.setdefault(peer, False)
        elif message.startswith("Handshake message received") and said.get("certName"):
            for peer in peers:
                self.met[peer] = True


class Overlay:
    """Members by name, in the namespaces of their places. `folder` holds a folder for each release."""

    def __init__(self, plan: Plan, spaces: Spaces, folder: Path, work: Path, opened: bool):
        self.plan, self.spaces, self.folder, self.work, self.opened = plan, spaces, folder, work, opened
        self.running: dict[str, Running] = {}

    def program(self, release: str) -> Path:
        return self.folder / f"nebula-{release}"

    def sign(self) -> None:
        pki = self.work / "pki"
        if pki.exists():
            return
        (pki / "hosts").mkdir(parents=True)
        root = self.plan.tree.root / "nebula"
        authority = json.loads((root / "certificates.json").read_text())["ca"]
        program = self.program(self.plan.tree.release)
        path = f"{program}:{os.environ['PATH']}"
        cert = str(program / "nebula-cert")
        helped = subprocess.run([cert, "ca", "-help"], capture_output=True, text=True, check=False)
        networks = ",".join(authority["networks"])
        options = ["-ips", networks]
        if "-version" in helped.stdout + helped.stderr:
            options = ["-version", str(authority["version"]), "-networks", networks]
        name = authority.get("authority", "ca")
        out = ["-out-crt", f"{pki}/{name}.crt", "-out-key", f"{pki}/{name}.key"]
        run(cert, "ca", "-name", authority["name"], "-duration", authority["duration"], *options, *out)
        for trusted in authority.get("trusted", {}):
            run(cert, "ca", "-name", trusted, *options, "-out-crt", f"{pki}/{trusted}.crt", "-out-key", f"{pki}/{trusted}.key")
        for key in self.plan.tree.members:
            run(cert, "keygen", "-out-key", f"{pki}/hosts/{key}.key", "-out-pub", f"{pki}/hosts/{key}.pub")
        done = subprocess.run(
            ["bash", str(root / "sign.sh")],
            env={**os.environ, "ARVC_PKI": str(pki), "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"sign.sh: {done.stdout}{done.stderr}")
        (pki / "ca.pem").write_text("".join(path.read_text() for path in sorted(pki.glob("*.crt"))))

    def start(self) -> None:
        self.sign()
        for key, member in self.plan.tree.members.items():
            self.start_member(member)
        self.wait_for_devices()

    def start_member(self, member: Member) -> None:
        folder, pki = self.work / member.key, self.work / "pki"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(member.config, folder / "1-emitted.yml")
        own = f"pki:\n  ca: {pki}/ca.pem\n  cert: {pki}/hosts/{member.key}.crt\n  key: {pki}/hosts/{member.key}.key\n"
        (folder / "2-lab.yml").write_text(own + "logging: {level: info, format: json}\n" + (OPEN if self.opened else ""))
        log = self.work / f"{member.key}.log"
        with self.spaces.inside(self.plan.places[member.key].space), log.open("wb") as out:
            process = subprocess.Popen(
                [str(self.program(member.release) / "nebula"), "-config", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "GOMAXPROCS": "1"},
            )
        self.running[member.key] = Running(member, process, log)

    def wait_for_devices(self) -> None:
        """Until each member's device has its addresses."""
        deadline = time.monotonic() + 60
        for key, running in self.running.items():
            if running.process.poll() is None and self.has_device(key, running.member, deadline):
                continue
            raise RuntimeError(f"nebula of {key} did not start:\n{running.log.read_text()[-2000:]}")

    def has_device(self, key: str, member: Member, deadline: float) -> bool:
        space = self.plan.places[key].space
        while time.monotonic() < deadline and self.running[key].process.poll() is None:
            shown = self.spaces.run(space, "ip", "-j", "address", "show", "dev", member.device, may_fail=True)
            if shown.strip():
                have = {address["local"] for link in json.loads(shown) for address in link.get("addr_info", [])}
                if {str(address.ip) for address in member.addresses} <= have:
                    return True
            time.sleep(0.1)
        return False

    def meet(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Makes each pair's tunnel if anything can, and returns those that have none. A member is found only once it has told a
        lighthouse where it is; and who was slow once is asked again."""
        members = self.plan.tree.members
        owners = {address.ip: key for key, member in members.items() for address in member.addresses}
        told = [(key, owners[hub]) for key, member in members.items() if not member.lighthouse for hub in member.asks if hub in owners]
        self.wait_for_tunnels(self.knock([pair for pair in told if pair[0] != pair[1]]))
        time.sleep(0.3)
        missing = self.wait_for_tunnels(self.knock(pairs))
        return self.wait_for_tunnels(self.knock(missing)) if missing else []

    def knock(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """A packet from the one to the other, which begins a handshake whatever the rules say."""
        for source, target in pairs:
            self.running[source].forget(self.running[target].member)
            versions = {address.version for address in self.running[source].member.addresses}
            address = next(own.ip for own in self.running[target].member.addresses if own.version in versions)
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            with self.spaces.inside(self.plan.places[source].space), socket.socket(family, socket.SOCK_DGRAM) as made:
                try:
                    made.sendto(b"knock", (str(address), 9))
                except OSError:
                    pass  # The sender's own filter.
        return pairs

    def wait_for_tunnels(self, pairs: list[tuple[str, str]], limit: float = 20) -> list[tuple[str, str]]:
        """Until the handshake of each has succeeded or timed out; those that have no tunnel."""
        deadline = time.monotonic() + limit
        while True:
            for running in self.running.values():
                running.follow()
            states = {pair: self.tunnel(*pair) for pair in pairs}
            if all(state is not None for state in states.values()) or time.monotonic() > deadline:
                return [pair for pair, state in states.items() if not state]
            time.sleep(0.05)

    def tunnel(self, first: str, second: str) -> bool | None:
        seen = []
        for own, peer in ((first, second), (second, first)):
            addresses = [str(address.ip) for address in self.running[peer].member.addresses]
            seen += [self.running[own].met[address] for address in addresses if address in self.running[own].met]
        return None if not seen else any(seen)

    def stop(self) -> None:
        for running in self.running.values():
            running.process.kill()
        for running in self.running.values():
            running.process.wait()
        self.running = {}
