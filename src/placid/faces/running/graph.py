"""`placid run --list` and `--graph`: what would run, in which order, and why the rest would not.

    ✓ build
      ✓ test                    2 legs: test (3.11), test (3.12)
        ? deploy                needs.test.outputs.go == 'true', known when test is done
    ⊘ lint                      github.event_name is 'push'

A job stands below the last of the jobs that it needs; its other needs are named behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from placid.core.pipeline.outlook import JobOutlook, Outlook
from placid.faces.running.rows import width_of
from placid.faces.running.style import Style

_SIGNS = {"yes": ("green", "✓", "+"), "no": ("dim", "⊘", "-"), "depends": ("yellow", "?", "?")}
_SHOWN = 4


class Listed(NamedTuple):
    """A workflow of the repository.

    triggers  what starts it, one text each: "push to main", "schedule 0 4 * * *"
    starts    whether the event asked about does; why it does not
    problem   what is wrong with the file, "" when it can run
    """

    path: str
    name: str
    triggers: tuple[str, ...]
    jobs: tuple[JobOutlook, ...] = ()
    starts: bool = True
    why: str = ""
    problem: str = ""


def list_text(workflows: Sequence[Listed], style: Style) -> str:
    """All workflows with what starts them and their jobs."""
    return "\n\n".join("\n".join(_listed(each, style)) for each in workflows)


def _listed(each: Listed, style: Style) -> Iterator[str]:
    title = f"{each.path}  {each.name}" if each.name not in ("", each.path) else each.path
    yield style.paint(title, "bold")
    if each.problem:
        yield style.paint(f"  cannot run: {each.problem}", "red")
        return
    yield f"  on {', '.join(each.triggers) or 'nothing'}"
    if not each.starts:
        yield style.paint(f"  not started now: {each.why}", "dim")
    width = max((width_of(job.id) for job in each.jobs), default=0)
    for job in each.jobs:
        yield f"    {job.id:{width}}  {_about(job, named=True)}".rstrip()


def _about(job: JobOutlook, *, named: bool) -> str:
    """A job's name, legs and needs."""
    parts = [job.name] if named and job.name != job.id else []
    if job.calls:
        parts.append(f"calls {job.calls}")
    if job.legs:
        more = len(job.legs) - _SHOWN
        shown = ", ".join(job.legs[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        parts.append(f"{len(job.legs)} legs: {shown}")
    if job.open_matrix:
        parts.append("its matrix is known when it starts")
    if named and job.needs:
        parts.append(f"needs {', '.join(job.needs)}")
    return "; ".join(parts)


def graph_text(outlook: Outlook, style: Style) -> str:
    """The jobs as a tree of what follows what."""
    title = "  ".join(
        part for part in (outlook.path, outlook.event and f"on {outlook.event}") if part
    )
    head = [style.paint(title, "bold")] if title else []
    rows = list(_rows(outlook.jobs, 1))
    width = max((width_of(name) + 2 * depth for name, depth, _, _ in rows), default=0)
    for name, depth, job, more in rows:
        colour, unicode, ascii_sign = _SIGNS[job.runs]
        sign = style.paint(unicode if style.unicode else ascii_sign, colour)
        pad = " " * (width - width_of(name) - 2 * depth)
        line = f"{'  ' * depth}{sign} {name}{pad}  {more}".rstrip()
        head.append(style.text(line))
    return "\n".join([*head, "", _counted(outlook)])


def _rows(jobs: Sequence[JobOutlook], depth: int) -> Iterator[tuple[str, int, JobOutlook, str]]:
    """Name, depth, job and what is said of it, each job below the last that it needs."""
    known = {job.id: job for job in jobs}
    levels = _levels(known)
    lasts = {job.id: _last(job, known, levels) for job in jobs}
    below: dict[str, list[JobOutlook]] = {}
    for job in jobs:
        below.setdefault(lasts[job.id], []).append(job)
    waiting = [(job, depth) for job in reversed(below.get("", []))]
    told: set[str] = set()
    while waiting:
        job, level = waiting.pop()
        if job.id in told:
            continue
        told.add(job.id)
        yield job.id, level, job, _said(job, known, lasts[job.id])
        yield from _rows(job.inner, level + 2)
        waiting += ((each, level + 1) for each in reversed(below.get(job.id, [])))
    for job in jobs:
        if job.id not in told:
            yield job.id, depth, job, _said(job, known, lasts[job.id])


def _last(job: JobOutlook, known: dict[str, JobOutlook], levels: dict[str, int]) -> str:
    """The need that is deepest in the graph, "" for none."""
    needs = [need for need in _needs(job, known) if need != job.id]
    return max(needs, key=lambda need: levels[need], default="")


def _levels(known: dict[str, JobOutlook]) -> dict[str, int]:
    """How many jobs come before each one, at least; those in a circle have none."""
    levels = dict.fromkeys(known, 0)
    for _ in known:
        deeper = {
            id: 1 + max((levels[need] for need in _needs(job, known)), default=-1)
            for id, job in known.items()
        }
        if deeper == levels:
            break
        levels = deeper
    return levels


def _needs(job: JobOutlook, known: dict[str, JobOutlook]) -> list[str]:
    ids = {id.lower(): id for id in known}
    return [ids[need.lower()] for need in job.needs if need.lower() in ids]


def _said(job: JobOutlook, known: dict[str, JobOutlook], last: str) -> str:
    others = [need for need in _needs(job, known) if need != last]
    parts = [job.why] if job.why else []
    if job.name != job.id and not job.legs:
        parts.append(job.name)
    about = _about(job, named=False)
    parts += [about] if about else []
    parts += [f"also needs {', '.join(others)}"] if others else []
    return "; ".join(parts)


def _counted(outlook: Outlook) -> str:
    counts = {runs: sum(job.runs == runs for job in outlook.jobs) for runs in _SIGNS}
    legs = sum(max(len(job.legs), 1) for job in outlook.jobs if job.runs == "yes")
    more = f" ({legs} legs)" if legs != counts["yes"] else ""
    parts = [f"{counts['yes']} of {len(outlook.jobs)} jobs run{more}"]
    parts += [f"{counts['depends']} may"] if counts["depends"] else []
    parts += [f"{counts['no']} will not"] if counts["no"] else []
    return ", ".join(parts)


def graph_mermaid(outlook: Outlook) -> str:
    """The same as a Mermaid flowchart, for Markdown at GitHub."""
    lines = ["flowchart LR"]
    lines += _mermaid(outlook.jobs, "", 1)
    lines += [
        "  classDef no stroke-dasharray: 4 4,opacity:0.5",
        "  classDef depends stroke-dasharray: 4 4",
    ]
    return "\n".join(lines)


def _mermaid(jobs: Sequence[JobOutlook], prefix: str, depth: int) -> Iterator[str]:
    margin = "  " * depth
    known = {job.id: job for job in jobs}
    for job in jobs:
        node = _node(prefix + job.id)
        label = job.name if not job.legs else f"{job.name} x {len(job.legs)}"
        if job.inner:
            yield f'{margin}subgraph {node} ["{_label(label)}"]'
            yield from _mermaid(job.inner, f"{prefix}{job.id}/", depth + 1)
            yield f"{margin}end"
        else:
            mark = "" if job.runs == "yes" else f":::{job.runs}"
            yield f'{margin}{node}["{_label(label)}"]{mark}'
    for job in jobs:
        for need in _needs(job, known):
            yield f"{margin}{_node(prefix + need)} --> {_node(prefix + job.id)}"


def _node(id: str) -> str:
    """A name that is none of Mermaid's own words."""
    return "job_" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", id)


def _label(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace("\n", " ")
