"""Cells in waves: what is in flight together must not open the way for one another.

A connection that a layer lets out opens the reversed tuple on the way back. So no wave holds two cells of which one goes back
where the other came from, each cell has a source port of its own, and the tables are emptied between waves.
"""

from collections.abc import Callable, Iterator

from ..lab.plan import Plan
from .cells import OTHER, Cell

SIZE = 800


def halves(cells: list[Cell], plan: Plan, ends: Callable[[Cell], tuple[str, str]] = lambda cell: (cell.source, cell.target)) -> list[list[Cell]]:
    """Those in one direction of each pair of places, then those in the other. `ends`: which two places a cell is of."""
    order = {name: number for number, name in enumerate(plan.places)}
    found = {True: [], False: []}
    for cell in cells:
        source, target = ends(cell)
        found[order[source] < order[target]].append(cell)
    return [half for half in found.values() if half]


def waves(cells: list[Cell], plan: Plan, apart: bool) -> Iterator[list[Cell]]:
    """`apart`: of IPv6, nobody is asked in a wave in which he asks. A question says who asks, so he would be found unasked."""
    near, v6 = [], {}
    order = {name: number for number, name in enumerate(plan.places)}
    for cell in cells:
        if apart and ":" in cell.address:
            v6.setdefault(side(order[cell.source], order[cell.target]), []).append(cell)
        else:
            near.append(cell)
    for group in [near, *(v6[key] for key in sorted(v6))]:
        yield from divided(group)


def side(source: int, target: int) -> tuple[int, int]:
    """The lowest bit in which two numbers differ, and what it is in the first: of cells alike in this, no source is a target."""
    bit = (source ^ target) & -(source ^ target)
    return bit, source & bit


def divided(cells: list[Cell]) -> Iterator[list[Cell]]:
    first, later, towards = [], [], {}
    for cell in cells:
        turn = 0
        if cell.protocol == OTHER and cell.path == "routed":
            turn = towards[cell.address] = towards.get(cell.address, -1) + 1
        if turn == 0:
            first.append(cell)
        else:
            later += [[] for _ in range(turn - len(later))]
            later[turn - 1].append(cell)
    for start in range(0, len(first), SIZE):
        yield first[start : start + SIZE]
    yield from later
