"""Write docs/reference from the code, one function a page; the code is the only source.

    python -m tools.docs            write every page
    python -m tools.docs --check    exit 1 and name the pages that are not what the code says

Docstrings become prose, so what a page says is fixed where the thing is defined.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import click
import msgspec

import placid.core.rollout.strategies as strategy_folder
from placid.base.units import duration, percentage
from placid.config.reference import reference
from placid.core.audit.audit import every_rule
from placid.core.audit.rule import Area, Rule
from placid.core.rollout.environment_facts import EnvironmentFact
from placid.core.rollout.facts import Fact, RolloutFact
from placid.core.rollout.steps import (
    Approve,
    Judge,
    Preview,
    Scale,
    Shift,
    Spec,
    Step,
    strategies,
)
from placid.faces.cli import cli
from tools.diagram import mermaid

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE = "<!-- Made by `make docs` from {source}; do not edit. -->\n\n"


def cli_page() -> str:
    """Every command with its own help text."""
    top = click.Context(cli, info_name="placid", terminal_width=92, max_content_width=92)
    parts = ["# Commands\n", _help(top)]
    parts += [f"## `{context.command_path}`\n\n{_help(context)}" for context in _commands(top)]
    return NOTE.format(source="src/placid/faces/cli.py") + "\n".join(parts)


def _commands(context: click.Context) -> Iterator[click.Context]:
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = click.Context(
            command, info_name=name, parent=context, terminal_width=92, max_content_width=92
        )
        yield inner
        yield from _commands(inner)


def _help(context: click.Context) -> str:
    text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
    return f"```text\n{text}\n```\n"


def config_page() -> str:
    """Every key of placid.yaml."""
    return NOTE.format(source="src/placid/config") + reference().rstrip() + "\n"


def rules_page() -> str:
    """Every rule of the audit, by area."""
    parts = [
        "# Rules\n\n"
        "What `placid check` looks for. `placid check --explain RULE` prints one of these;\n"
        "`placid check --rule RULE` asks one rule, or one area, alone.\n"
    ]
    for area in Area:
        own = [rule for _, rule in every_rule() if rule.area is area]
        if own:
            parts.append(f"## {area.value.capitalize().replace('-', ' ')}\n")
            parts += [_rule(rule) for rule in own]
    return NOTE.format(source="src/placid/core/audit/rules") + "\n".join(parts)


def _rule(rule: Rule) -> str:
    return f"### {rule.name}\n\nSeverity: {rule.severity.name.lower()}.\n\n{rule.docs.strip()}\n"


def facts_page() -> str:
    """Every kind of fact that a ledger may hold, with its fields."""
    intro = (
        "# Facts\n\n"
        "The ledger is a list of facts for each stream; nothing in it is ever changed or removed.\n"
        "`placid log` shows them. A field with a default may be missing from an older ledger.\n"
    )
    streams = (
        ("Rollout", "rollout/<app>/<environment>/<number>", get_args(RolloutFact)),
        ("Environment", "environment/<app>/<environment>", get_args(EnvironmentFact)),
    )
    parts = [
        f"## {title}: stream `{stream}`\n\n" + "\n".join(_fact(kind) for kind in kinds)
        for title, stream, kinds in streams
    ]
    return NOTE.format(source="src/placid/core/rollout") + "\n".join([intro, *parts])


def _fact(kind: type[Fact]) -> str:
    fields = msgspec.structs.fields(kind)
    declared: dict[str, str] = inspect.get_annotations(kind)
    rows = "".join(
        f"| `{field.name}` | `{_piped(declared[field.name])}` | {_default(field)} |\n"
        for field in fields
    )
    text = inspect.cleandoc(kind.__doc__ or "")
    table = f"| field | type | default |\n| --- | --- | --- |\n{rows}"
    return f"### `{kind.__struct_config__.tag}`\n\n{text}\n\n{table}"


def _piped(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not msgspec.NODEFAULT:
        return f"`{field.default_factory()!r}`"
    return "" if field.required else f"`{field.default!r}`"


def strategies_page() -> str:
    """Every strategy: its file's docstring, its options, and the steps it lists for two copies."""
    loaded = strategies.load(strategy_folder)
    intro = (
        "# Strategies\n\n"
        "A strategy only lists steps; one machine walks them and owns going back.\n"
        "Instead of a name, `strategy: {steps: [...]}` takes steps of your own.\n"
    )
    parts: list[str] = []
    for name, strategy in loaded:
        module = sys.modules[strategy.plan.__module__]
        plan = strategy.plan(strategy.spec(), 2)
        steps = "\n".join(f"{number}. {_step(step)}" for number, step in enumerate(plan, 1))
        parts.append(
            f"## {name}\n\n{_prose(module.__doc__ or '')}\n\n{_options(strategy.spec)}\n\n"
            f"What it lists for two copies, with its defaults:\n\n{steps}\n"
        )
    return NOTE.format(source="src/placid/core/rollout/strategies") + "\n".join([intro, *parts])


def _prose(text: str) -> str:
    """A docstring as Markdown: its "Why:", "Bad:" and "Good:" lines become a list."""
    return re.sub(r"(?m)^(Why|Bad|Good):", r"- **\1:**", inspect.cleandoc(text))


def _options(spec: type[Spec]) -> str:
    """A table of a strategy's options; the Spec's docstring says "name: meaning; name: meaning"."""
    meanings = dict(re.findall(r"(\w+): ([^;]+?)(?=;|\.?$)", inspect.cleandoc(spec.__doc__ or "")))
    rows = [
        f"| `{field.name}` | `{_value(field.type, field.default)}` | {meanings[field.name]} |"
        for field in msgspec.structs.fields(spec)
    ]
    return "\n".join(["| option | default | meaning |", "| --- | --- | --- |", *rows])


def _value(kind: object, value: object) -> str:
    """A default as one would write it in placid.yaml."""
    if isinstance(value, tuple):
        inner = get_args(kind)[0]
        items = tuple[object, ...](value)  # pyright: ignore[reportUnknownArgumentType]
        return f"[{', '.join(_value(inner, item) for item in items)}]"
    if isinstance(value, float):
        return percentage(value) if "percent" in repr(kind) else duration(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _step(step: Step) -> str:
    match step:
        case Scale(copies=copies, which=which):
            return f"run {copies} of the {which} release, and wait until they are ready"
        case Shift(percent=percent):
            return f"send {percentage(percent)} of the traffic to the new release"
        case Judge(seconds=seconds):
            return f"judge for {duration(seconds)}"
        case Approve(reason=reason):
            return f"wait for a person: {reason}"
        case Preview():
            return "serve the new release on the preview port"


def rollout_page() -> str:
    """How a rollout moves from one phase to the next."""
    return (
        NOTE.format(source="src/placid/core/rollout/machine.py, by walking it")
        + "# The rollout machine\n\n"
        "Each arrow is one or more kinds of [fact](facts.md). A rollout that a person\n"
        "paused stays where it judges or waits for approval; a bad release still goes back.\n\n"
        f"```mermaid\n{mermaid()}\n```\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "config.md": config_page,
    "facts.md": facts_page,
    "rollout.md": rollout_page,
    "rules.md": rules_page,
    "strategies.md": strategies_page,
}


def main(argv: list[str]) -> int:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    texts = {name: page() for name, page in PAGES.items()}
    if "--check" not in argv:
        for name, text in texts.items():
            (REFERENCE / name).write_text(text)
        return 0
    paths = {name: REFERENCE / name for name in texts}
    old = [
        name for name, path in paths.items() if not path.exists() or path.read_text() != texts[name]
    ]
    for name in old:
        print(f"docs/reference/{name} is not what the code says: run `make docs`")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
