"""What to say about a name that is not known: those that are, and the one that was meant.

Edits are counted here and not with `difflib`, whose import costs more than a step of a job.
"""

from __future__ import annotations

from collections.abc import Sequence


def nearest(name: str, known: Sequence[str]) -> str:
    """The advice: "did you mean 'push'? Known are: ..."; what to do when none are known."""
    if not known:
        return "leave it out: there are none"
    listed = ", ".join(known)
    close = min(known, key=lambda each: edits(name.lower(), each.lower()))
    if edits(name.lower(), close.lower()) <= max(1, (len(name) + 1) // 3):
        return f"did you mean '{close}'? Known are: {listed}"
    return f"known are: {listed}"


def edits(one: str, other: str) -> int:
    """How many characters to add, take away or change to make one text of the other."""
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        above, row[0] = row[0], at
        for place, second in enumerate(other, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, above + (char != second))
            above, row[place] = row[place], cost
    return row[-1]
