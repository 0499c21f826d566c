"""JUnit XML: a suite for each job, a case for each of its steps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

from placid.faces.running.progress import LegView, Progress, StepView
from placid.faces.running.style import tame
from placid.faces.running.tails import tail_of

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(runs: Sequence[tuple[Progress, Path]]) -> bytes:
    """The whole document of runs, each with the folder that its logs are in."""
    named = [each.run for each, _ in runs if each.run is not None]
    name = ", ".join(f"{run.path} ({run.event})" for run in named) or "placid run"
    seconds = sum(each.seconds for each, _ in runs)
    root = Xml.Element("testsuites", name=_clean(name), time=f"{seconds:.3f}")
    suites = [_suite(root, leg, folder) for each, folder in runs for leg in each.ordered()]
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    Xml.indent(root)
    text: str = Xml.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _suite(root: Xml.Element, leg: LegView, folder: Path) -> Xml.Element:
    suite = Xml.SubElement(root, "testsuite", name=_clean(leg.name), time=f"{leg.seconds:.3f}")
    if leg.since is not None:
        suite.set("timestamp", leg.since.replace(microsecond=0, tzinfo=None).isoformat())
    for step in leg.ordered():
        _case(suite, leg, step, folder)
    if not leg.failing() and leg.result not in ("success", ""):
        _whole(suite, leg)
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    return suite


def _whole(suite: Xml.Element, leg: LegView) -> None:
    """A case for a job that no step of its own speaks for: skipped, or failed before a step."""
    case = Xml.SubElement(suite, "testcase", name=_clean(leg.name), classname=_clean(leg.job))
    tag = {"skipped": "skipped", "failure": "failure"}.get(leg.result, "error")
    Xml.SubElement(case, tag, message=_clean(leg.why or leg.result))


def _case(suite: Xml.Element, leg: LegView, step: StepView, folder: Path) -> None:
    name = _clean(step.name or f"step {step.index + 1}")
    time = f"{step.seconds:.3f}"
    case = Xml.SubElement(suite, "testcase", name=name, classname=_clean(leg.name), time=time)
    ended = step.conclusion or "cancelled"
    if ended == "success":
        return
    tag = {"skipped": "skipped", "failure": "failure"}.get(ended, "error")
    said = Xml.SubElement(case, tag, message=_clean(step.why or ended))
    if ended == "failure":
        lines = [f"{each.file}:{each.line}: {each.message}" for each in step.annotations]
        lines += tail_of(folder / step.log) if step.log else []
        said.text = _clean("\n".join(tame(line) for line in lines))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
