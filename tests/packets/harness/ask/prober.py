"""Sends waves of probes and tells which were answered, from one process that holds sockets of every namespace.

Open is a token that reached the right namespace and came back. Closed is silence after several tries, told twice: a machine
that was slow looks closed once, hardly twice.
"""

import resource
import selectors
import time
from dataclasses import dataclass, field

from ..lab.build import NARROW
from ..lab.plan import Plan
from ..lab.spaces import Spaces
from .cells import OTHER, UNDECLARED, Cell
from .listeners import Listeners
from .remembered import flush_tables, forget_neighbours
from .senders import Forger, Senders, version_of
from .token import make_token
from .waves import waves

# When to try, and how long to wait at least. Through an overlay a program has to be woken at both ends, and a packet may be
# lost (a SYN is sent again by the kernel, after a second). All else is done when `send` returns, or soon after.
TRIES, PATIENCE = (0.0, 0.3, 0.8, 1.2), 1.7
QUICK_TRIES, QUICK_PATIENCE = (0.0, 0.1, 0.2), 0.4
# More than a device carries in one, and less than that and more than what a node's routes carry.
PIECES, ONE_PIECE = 3000, NARROW + 20
# How long nothing may have happened before silence counts.
QUIET = 0.25


@dataclass
class Probe:
    """A cell in flight."""

    cell: Cell
    number: int
    port: int
    token: bytes
    arrived: bool = False
    answered: bool = False
    # Its answer goes to somebody else: that it arrives is all that can be seen.
    blind: bool = False

    def done(self) -> bool:
        return self.arrived if self.blind else self.answered


@dataclass
class Tally:
    """What a run took."""

    cells: int = 0
    probes: int = 0
    waves: int = 0
    seconds: float = 0
    unsteady: list[Cell] = field(default_factory=list)
    halfway: list[Cell] = field(default_factory=list)


class Prober:
    """Listens everywhere from the beginning; `ask` may be called again and again."""

    def __init__(self, plan: Plan, spaces: Spaces, questions: list[Cell], snooping: bool):
        self.plan, self.spaces = plan, spaces
        # Bridges that snoop lead no question to who is not heard to listen: he is found by what he asked himself.
        self.forgetful = not snooping and any(version_of(cell) == 6 for cell in questions)
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.selector = selectors.EpollSelector()
        self.probes: dict[int, Probe] = {}
        self.left = 0
        self.number = 0
        self.tally = Tally()
        self.listeners = Listeners(spaces, self.selector, self.arrived)
        self.listening = {protocol: {UNDECLARED} for protocol in ("tcp", "udp")}
        for cell in questions:
            if cell.port is not None:
                self.listening[cell.protocol].add(cell.port)
        self.spaces_used = list(dict.fromkeys(place.space for place in plan.places.values()))
        for space in self.spaces_used:
            for protocol, wanted in self.listening.items():
                self.listeners.listen(space, protocol, wanted)
            self.listeners.listen_raw(space, int(OTHER))
        self.senders = Senders(plan, spaces, self.selector, self.answered)
        self.forger = Forger(plan, spaces, self.selector, self.arrived)

    def give_up_port(self, space: str, port: int) -> None:
        """To the program that is to have it; what arrives there is still seen and answered."""
        if port in self.listening["udp"]:
            self.listeners.close(space, "udp", port)
        self.listeners.listen_behind(space, port)

    def introduce(self, cells: list[Cell]) -> None:
        """Lets devices come up and neighbours find one another, by packets that count for nothing."""
        self.send_wave([cell for cell in cells if cell.protocol == "icmp"], TRIES, PATIENCE)
        self.senders.forget()

    def flush(self) -> None:
        """Empties every connection table, and has neighbours of IPv6 forget one another: who asks for somebody tells who he is himself."""
        flush_tables(self.spaces, self.spaces_used)
        if self.forgetful:
            forget_neighbours(self.spaces, self.spaces_used)

    # --- asking

    def ask(self, half: list[Cell], flush: bool) -> dict[Cell, str]:
        """The verdicts of cells of which no two go in opposite directions."""
        start = time.monotonic()
        verdicts = self.ask_once(half, flush)
        closed = [cell for cell, verdict in verdicts.items() if verdict == "closed"]
        again = self.ask_once(closed, flush)
        opened = [cell for cell, verdict in again.items() if verdict == "open"]
        self.tally.unsteady += opened
        verdicts |= again
        self.tally.cells += len(half)
        self.tally.seconds += time.monotonic() - start
        return verdicts

    def ask_once(self, cells: list[Cell], flush: bool) -> dict[Cell, str]:
        verdicts = {}
        for wave in waves(cells, self.plan, apart=flush and self.forgetful):
            if flush:
                self.flush()
            through = any(cell.path.startswith("overlay") for cell in wave)
            self.send_wave(wave, *((TRIES, PATIENCE) if through else (QUICK_TRIES, QUICK_PATIENCE)))
            for probe in self.probes.values():
                verdicts[probe.cell] = "open" if probe.done() else "closed"
                if probe.arrived and not probe.done():
                    self.tally.halfway.append(probe.cell)
            self.senders.forget()
        return verdicts

    def send_wave(self, wave: list[Cell], tries: tuple[float, ...], patience: float) -> None:
        self.probes = {}
        for cell in wave:
            self.number += 1
            blind = self.forger.lies(cell)
            probe = Probe(cell, self.number, self.source_port(), make_token(self.number, size(cell)), blind=blind)
            self.probes[self.number] = probe
        self.left = len(self.probes)
        self.tally.waves += 1
        self.tally.probes += self.left
        start = time.monotonic()
        for number, moment in enumerate(tries):
            self.follow(until=start + moment, quiet=None)
            for space, probes in by_space(self.probes.values(), self.plan).items():
                with self.spaces.inside(space):
                    for probe in probes:
                        if not probe.done():
                            self.send(probe, first=number == 0)
                self.poll(0)
        self.follow(until=start + patience, quiet=QUIET)

    def send(self, probe: Probe, first: bool) -> None:
        if probe.blind:
            self.forger.send(probe)
        else:
            self.senders.send(probe, first)

    def source_port(self) -> int:
        """Own ports for each probe, and none on which somebody listens."""
        while True:
            port = 20000 + self.number % 40000
            if port not in self.listening["tcp"] and port not in self.listening["udp"]:
                return port
            self.number += 1

    # --- what comes back

    def follow(self, until: float, quiet: float | None) -> None:
        """Until all is answered, or until then; with `quiet`, not before nothing happened for so long."""
        last = time.monotonic()
        while self.left > 0:
            now = time.monotonic()
            if now >= until and (quiet is None or now - last >= quiet):
                return
            if self.poll(max(0.0, min(0.05, until - now) if now < until else 0.05)):
                last = time.monotonic()

    def poll(self, timeout: float) -> bool:
        events = self.selector.select(timeout)
        for key, _ in events:
            key.data()
        return bool(events)

    def arrived(self, number: int, space: str) -> None:
        probe = self.probes.get(number)
        if probe and self.plan.places[probe.cell.target].space == space and not probe.arrived:
            probe.arrived = True
            self.left -= probe.done()

    def answered(self, number: int) -> None:
        probe = self.probes.get(number)
        if not probe or probe.answered:
            return
        # A kernel answers an echo by itself: nobody there notes that it arrived. The address tells whose it was.
        if probe.cell.protocol == "icmp":
            probe.arrived = True
        if probe.arrived:
            probe.answered = True
            self.left -= probe.done()


def size(cell: Cell) -> int:
    """Of what a probe carries, at least: in pieces from the start, or in one that a router on the way finds too large."""
    return 0 if not cell.large else ONE_PIECE if cell.path == "routed" else PIECES


def by_space(probes, plan: Plan) -> dict[str, list[Probe]]:
    found = {}
    for probe in probes:
        found.setdefault(plan.places[probe.cell.source].space, []).append(probe)
    return found
