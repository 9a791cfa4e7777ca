"""Cells in waves: what is in flight together must not open the way for one another.

A connection that a layer lets out opens the reversed tuple on the way back. So no wave holds two cells of which one goes back
where the other came from, each cell has a source port of its own, and the tables are emptied between waves.
"""

from collections.abc import Iterator

from ..lab.plan import Plan
from .cells import OTHER, Cell

SIZE = 800


def halves(cells: list[Cell], plan: Plan) -> list[list[Cell]]:
    """Those in one direction of each pair of places, then those in the other."""
    order = {name: number for number, name in enumerate(plan.places)}
    there = [cell for cell in cells if order[cell.source] < order[cell.target]]
    back = [cell for cell in cells if order[cell.source] > order[cell.target]]
    return [half for half in (there, back) if half]


def waves(cells: list[Cell]) -> Iterator[list[Cell]]:
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
