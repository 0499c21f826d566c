"""What the documentation shows is real: links lead somewhere, files load, commands exist."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from placid.config import parse
from placid.faces.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [page for page in PAGES if "reference" not in page.parts]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@EVERY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def examples() -> Iterator[tuple[str, str]]:
    """(where, text) of every whole placid.yaml, and every section of one, that the docs show."""
    for page in WRITTEN:
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S), 1):
            text = textwrap.dedent(block) if not block.startswith("    ") else block
            yield f"{page.relative_to(ROOT)}:{number}", text


SERVICE = "service: {run: python app.py}\n"


@pytest.mark.parametrize(
    ("where", "text"), [pytest.param(*each, id=each[0]) for each in examples()]
)
def test_every_example_is_a_placid_yaml_that_loads(where: str, text: str) -> None:
    whole = text
    if text.startswith("    "):
        whole = f"environments:\n  production:\n{text}"
    if "service:" not in whole:
        whole = SERVICE + whole
    if "app:" not in whole:
        whole = "app: shop\n" + whole
    parse(whole, where, exists=lambda _: True)


def commands(group: click.Group, above: str = "placid") -> Iterator[str]:
    """Every command as one types it, hidden ones left out."""
    for name, command in group.commands.items():
        if not command.hidden:
            yield f"{above} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{above} {name}")


def told(page: Path) -> Iterator[str]:
    """Every command that a page shows, in a line of code or in a block of it."""
    fence = re.compile(r"```.*?```", re.S)
    blocks = "\n".join(fence.findall(page.read_text()))
    inline = "\n".join(re.findall(r"`([^`\n]+)`", fence.sub("", page.read_text())))
    pattern = r"(?m)^(placid (?:(?:hook|config) )?-{0,2}[a-z]+)"
    yield from re.findall(pattern, blocks + "\n" + inline)


def test_every_command_the_docs_name_exists() -> None:
    known = {*commands(cli), "placid --version"}
    named = {(str(page.relative_to(ROOT)), words) for page in WRITTEN for words in told(page)}
    assert len(named) > 10
    assert [each for each in named if each[1] not in known] == []


def test_the_guide_names_rules_that_there_are() -> None:
    from placid.core.audit.audit import every_rule

    known = set(every_rule().names())
    areas = {name.partition("/")[0] for name in known}
    text = Path("docs/guide/check.md").read_text()
    named = {each for each in re.findall(r"\b([a-z-]+/[a-z-]+)\b", text)}
    assert {each for each in named if each.partition("/")[0] in areas} <= known
