"""How many of the findings that join several files are right, as labelled by hand on real trees.

`bench/labels/findings.tsv` has a row for each tree, rule and label: how many findings the rules had
before the labelling and after it, and why the label. `bench/labels/trees.tsv` says which packages
the trees are; `held-out.tsv` has trees that nobody had looked at while the rules were mended. A
label is true, false, debatable (right, and nobody would act on it), or artefact (right, because the
package leaves out a file that its repository has; counted nowhere).

    python -m bench.labelled
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LABELS = Path(__file__).parent / "labels"


class Row(NamedTuple):
    """Findings of one rule in one tree that have one label; `low`: those of low confidence."""

    tree: str
    rule: str
    label: str
    before: int
    after: int
    low: int


def rows(name: str) -> Iterator[Row]:
    """All labels of one of the tables."""
    for line in (LABELS / name).read_text().splitlines()[1:]:
        tree, rule, label, before, after, low, *_ = line.split("\t")
        yield Row(tree, rule, label, int(before), int(after), int(low))


def precision(counts: Counter[str]) -> str:
    """True ones of all that count, with the debatable ones as false and left out."""
    right, wrong, open_to_debate = counts["true"], counts["false"], counts["debatable"]
    judged = right + wrong + open_to_debate
    if not judged:
        return "none"
    strict = f"{100 * right / judged:.0f} % of {judged}"
    plain = f", {100 * right / (right + wrong):.0f} % undebated" if right + wrong else ""
    return strict + (plain if open_to_debate else "")


def table(name: str) -> Iterator[str]:
    """A line of Markdown for each area and each rule, and one for all."""
    before: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    shown: dict[str, Counter[str]] = {}
    for row in rows(name):
        for key in ("all", row.rule.partition("/")[0], row.rule):
            before.setdefault(key, Counter())[row.label] += row.before
            after.setdefault(key, Counter())[row.label] += row.after
            shown.setdefault(key, Counter())[row.label] += row.after - row.low
    yield "| rule | right before | right after | of those shown (not of low confidence) |"
    yield "| --- | --- | --- | --- |"
    for key in sorted(before, key=lambda each: (each != "all", each)):
        parts = (precision(each[key]) for each in (before, after, shown))
        yield f"| {key} | {' | '.join(parts)} |"


def alike(name: str) -> str:
    """The share of true ones when each rule counts once in each tree, after the labelling."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for row in rows(name):
        if row.label != "artefact" and row.after:
            found.setdefault((row.tree, row.rule), Counter())[row.label] += row.after
    shares = [each["true"] / each.total() for each in found.values()]
    return f"{100 * sum(shares) / len(shares):.0f} % of {len(shares)}"


if __name__ == "__main__":
    for table_of in ("findings.tsv", "held-out.tsv"):
        trees = {row.tree for row in rows(table_of) if row.after}
        print(f"## {table_of}: {len(trees)} trees with findings that join files")
        print(f"\nEach rule counted once in each tree: {alike(table_of)} right after.\n")
        print("\n".join(table(table_of)), end="\n\n")
