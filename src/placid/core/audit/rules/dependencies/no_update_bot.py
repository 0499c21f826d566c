"""A bot proposes updates for everything the repository builds on.

Why: a dependency that nobody looks at is updated when it hurts. Dependabot and Renovate open a pull
request for each new version, so that the pipeline tries it the same day.
Bad: `.github/dependabot.yml` with `npm` alone, in a repository with a Dockerfile and workflows
Good: one entry each for `npm`, `docker` and `github-actions`
Known limits: only repositories with a `.github` folder are looked at; Renovate finds all by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.update_bots import (
    CONFIGS,
    Dependabot,
    Used,
    covers,
    dependabot,
    renovate,
    used,
)
from placid.core.audit.model import Repository
from placid.core.audit.rule import Edit, Fix, Hit, Place, Severity, Unknown, rule

_ENTRY = """\
- package-ecosystem: {0}
  directory: "{1}"
  schedule:
    interval: weekly
"""


@rule("dependencies/no-update-bot", Severity.LOW, docs=__doc__ or "")
def no_update_bot(repository: Repository) -> Iterator[Hit | Unknown]:
    hosted = any(path.startswith(".github/") for path in repository.paths)
    if not repository.whole or not hosted or renovate(repository):
        return
    config = dependabot(repository)
    if config is None:
        if not any(map(repository.has, CONFIGS)) and used(repository):
            yield _none(used(repository))
        return
    missing = [each for each in used(repository) if not covers(config.ecosystems, each.ecosystem)]
    if missing:
        yield _some(config, missing)


def _none(missing: tuple[Used, ...]) -> Hit:
    entries = "".join(_indented(each, "  ") for each in missing)
    text = f"version: 2\nupdates:\n{entries}"
    return Hit(
        f"no bot proposes updates for {_names(missing)}",
        at=tuple(Place(each.path) for each in missing),
        fix=Fix("add .github/dependabot.yml", (Edit(Place(CONFIGS[0]), text),)),
        action="let Dependabot or Renovate propose updates",
    )


def _some(config: Dependabot, missing: list[Used]) -> Hit:
    return Hit(
        f"{config.path} leaves out {_names(missing)}",
        at=(Place(config.path, _key(config)), *(Place(each.path) for each in missing)),
        fix=_extended(config, missing),
        action=f"add what is missing to {config.path}",
    )


def _extended(config: Dependabot, missing: list[Used]) -> Fix | None:
    """New entries behind the last one, indented as it is; none for a list in brackets."""
    if config.updates.flow or not config.updates.items or config.updates.alias:
        return None
    text, last = config.document.text, config.updates.items[-1]
    start = config.updates.items[0].span.start
    dash = text.rfind("-", 0, start)
    indent = text[text.rfind("\n", 0, dash) + 1 : dash]
    kept = text[: last.span.end].rstrip()
    end = text.find("\n", len(kept))
    at = end + 1 if end >= 0 else len(text)
    before = "" if end >= 0 else "\n"
    if indent.strip():
        return None
    entries = before + "".join(_indented(each, indent) for each in missing)
    edit = Edit(Place(config.path, Span(at, at)), entries)
    return Fix(f"add {_names(missing)}", (edit,))


def _indented(each: Used, indent: str) -> str:
    entry = _ENTRY.format(each.ecosystem, each.directory)
    return "".join(indent + line for line in entry.splitlines(keepends=True))


def _names(missing: tuple[Used, ...] | list[Used]) -> str:
    *most, last = [each.ecosystem for each in missing]
    return f"{', '.join(most)} and {last}" if most else last


def _key(config: Dependabot) -> Span:
    """The word `updates`."""
    start = config.document.text.rfind("updates", 0, config.updates.span.start)
    return Span(start, start + len("updates")) if start >= 0 else config.updates.span
