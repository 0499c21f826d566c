"""Every rule against its cases: `tests/audit/cases/<area>/<rule>[.anything].case`.

    What the case shows, in one line.
    ===== bad
    --- path/in/the/repository
    text
    ===== finds
    path:line:col severity message [safe: title of the fix]        one line for each finding
    ? path:line:col what is unknown
    ===== fixed                 only the files that all fixes together change
    --- path/in/the/repository
    text
    ===== good                  any number of these: the rule must say nothing
    --- path/in/the/repository
    text

Fixes are also applied a second time (nothing may change), and the rule must then be quiet about
what it fixed. PLACID_WRITE_CASES=1 writes `finds` and `fixed` as they are now; read the diff.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from placid.base.yamltext.excerpt import Lines
from placid.core.audit.audit import areas_for, ask, every_rule, findings, rules_of
from placid.core.audit.fixing import applied, chosen
from placid.core.audit.model import Repository
from placid.core.audit.rule import Finding, Place, Unknown

from .trees import repository

CASES = Path(__file__).parent / "cases"
WRITE = bool(os.environ.get("PLACID_WRITE_CASES"))
SECTION = re.compile(r"^===== (\w+)[ \t]*\n", re.MULTILINE)
FILE = re.compile(r"^--- (\S+)[ \t]*\n", re.MULTILINE)
RULES = every_rule()
ALL = sorted(CASES.rglob("*.case"))


def rule_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name.split('.')[0]}"


def sections(text: str) -> Iterator[tuple[str, str]]:
    parts = SECTION.split(text)
    yield "title", parts[0]
    yield from zip(parts[1::2], parts[2::2], strict=True)


def files(body: str) -> dict[str, str]:
    parts = FILE.split(body)
    assert not parts[0].strip(), f"text before the first file: {parts[0]!r}"
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def look(name: str, there: Repository) -> tuple[list[Finding], list[Unknown]]:
    said = list(ask(RULES.get(name), there, there.paths))
    unknown = [each.hit for each in said if isinstance(each.hit, Unknown)]
    return findings(there, said), unknown


def where(there: Repository, place: Place) -> str:
    line, column = Lines(there.text(place.path) or "").at(place.span.start)
    return f"{place.path}:{line}:{column}"


def told(there: Repository, name: str) -> str:
    found, unknown = look(name, there)
    lines: list[str] = []
    for each in found:
        also = "".join(f" ({where(there, place)})" for place in each.at[1:])
        fix = f" [{'safe' if each.fix.safe else 'unsafe'}: {each.fix.title}]" if each.fix else ""
        at = where(there, each.at[0])
        lines.append(f"{at} {each.severity.name.lower()} {each.message}{also}{fix}\n")
    for doubt in unknown:
        lines.append(f"? {' '.join(where(there, at) for at in doubt.at)} {doubt.message}\n")
    return "".join(lines)


def mended(before: dict[str, str], name: str) -> dict[str, str]:
    """All fixes, applied until nothing changes; each round must change something it found."""
    now = dict(before)
    for _ in range(5):
        there = repository(now)
        found = chosen(look(name, there)[0], unsafe=True)
        if not found:
            return {path: text for path, text in now.items() if before.get(path) != text}
        texts = applied(there, found)
        assert any(now.get(path) != text for path, text in texts.items()), "a fix changes nothing"
        now.update(texts)
        left = {each.fingerprint for each in look(name, repository(now))[0] if each.fix}
        assert not left & {each.fingerprint for each in found}, "a fix left its finding"
    raise AssertionError("fixes do not come to an end")


def as_files(texts: dict[str, str]) -> str:
    return "".join(f"--- {path}\n{text}" for path, text in sorted(texts.items()))


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_case(case: Path) -> None:
    name, written = rule_of(case), case.read_text()
    parts, out = list(sections(written)), list[str]()
    bad: dict[str, str] = {}
    for kind, body in parts:
        if kind == "bad":
            bad = files(body)
            fixed = mended(bad, name)
            out.append(f"===== bad\n{body}===== finds\n{told(repository(bad), name)}")
            out.append(f"===== fixed\n{as_files(fixed)}" if fixed else "")
        elif kind == "good":
            assert told(repository(files(body)), name) == "", f"{case.name}: good is not quiet"
            out.append(f"===== good\n{body}")
        elif kind == "title":
            out.append(body)
        else:
            assert kind in {"finds", "fixed"}, f"{case.name}: unknown section {kind}"
    if WRITE:
        case.write_text("".join(out))
    else:
        assert "".join(out) == written


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_the_files_of_a_case_load_its_rule(case: Path) -> None:
    for kind, body in sections(case.read_text()):
        if kind == "bad":
            assert rule_of(case) in {rule.name for rule in rules_of(areas_for(list(files(body))))}


def test_every_rule_has_a_page_and_cases() -> None:
    covered = {rule_of(case) for case in ALL}
    own = {name for name, rule in RULES if rule.check or rule.check_path}
    assert own == covered
    for name, rule in RULES:
        assert len(rule.docs.strip().splitlines()) >= 3, (
            f"{name} needs a docstring: what, why, bad, good"
        )
