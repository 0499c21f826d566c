"""`placid check` and `placid rules` on the command line."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from placid.faces.ground import Wanted

_FORMATS = ("text", "json", "sarif", "github", "junit", "markdown")
_SCANNERS = {"zizmor"}
_SEVERITIES = ("note", "low", "medium", "high", "never")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "style", type=click.Choice(_FORMATS), default="text")
@click.option("--fail-on", type=click.Choice(_SEVERITIES), help="Exit 1 from this severity on.")
@click.option("--since", default="", metavar="REV", help="Only what touches files changed since.")
@click.option("--rule", "only", multiple=True, help="Only this rule or area; may be repeated.")
@click.option("--fix", is_flag=True, help="Apply the fixes that are safe.")
@click.option("--unsafe", is_flag=True, help="With --fix or --diff: the other fixes too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--explain", default="", metavar="RULE", help="Print the page of a rule.")
@click.option("--write-baseline", is_flag=True, help="Let everything found now pass from now on.")
@click.option("--no-baseline", is_flag=True, help="Count what the baseline lets pass.")
@click.option("--no-secrets", is_flag=True, help="Leave out the search for committed secrets.")
@click.option("--history", is_flag=True, help="Search the history of git for secrets, too.")
@click.option("--network", is_flag=True, help="Let fixes ask registries for versions.")
@click.option("--all", "everything", is_flag=True, help="Show notes, guesses and all actions.")
@click.pass_context
def check(context: click.Context, /, files: tuple[Path, ...], **_options: object) -> None:
    """Say what would break the deploy: the whole repository, or FILES alone."""
    gc.disable()  # nothing here goes in circles, and looking for them costs a tenth of the time
    given = Given(**{name: context.params[name] for name in Given.__annotations__})
    if given.explain:
        click.echo(_page(given.explain))
        return
    wanted = _wanted(files, given)
    if given.write_baseline:
        from placid.faces.checking import keep_baseline

        path, count = keep_baseline(wanted)
        click.echo(f"{count} findings pass from now on; commit {path}", err=True)
    elif given.diff:
        from placid.faces.checking import audit
        from placid.faces.mending import difference

        click.echo(difference(audit(wanted), given.unsafe), nl=False)
    else:
        _answer(wanted, given)


class Given(NamedTuple):
    """The options."""

    style: str
    fail_on: str | None
    since: str
    only: tuple[str, ...]
    fix: bool
    unsafe: bool
    diff: bool
    explain: str
    write_baseline: bool
    no_baseline: bool
    no_secrets: bool
    history: bool
    network: bool
    everything: bool


def _wanted(files: tuple[Path, ...], given: Given) -> Wanted:
    from placid.faces.ground import Wanted

    for name in given.only:
        _known(name)
    return Wanted(
        Path.cwd(),
        files,
        given.since,
        given.only,
        baseline=not given.no_baseline,
        secrets=not given.no_secrets,
        history=given.history,
        network=given.network,
        fixes=given.fix or given.diff or given.style in {"json", "sarif"},
    )


def _known(name: str) -> None:
    """Problem when no rule and no area has this name."""
    from placid.core.audit.audit import every_rule
    from placid.core.audit.rule import Area

    if name not in {area.value for area in Area} and name.partition("/")[0] not in _SCANNERS:
        every_rule().get(name)


def _answer(wanted: Wanted, given: Given) -> None:
    """Audit, mend when asked, print; exit 1 when something is bad enough."""
    from placid.faces.checking import audit, failed
    from placid.faces.findings import render
    from placid.faces.findings.text import text
    from placid.faces.ground import ground

    if given.fix:
        from placid.faces.mending import mend

        report, count = mend(wanted, given.unsafe)
        click.echo(f"mended {count}", err=True)
    else:
        report = audit(wanted)
    if given.style == "text":
        click.echo(text(report, sys.stdout.isatty(), given.everything))
    else:
        click.echo(render(given.style, report))
    limit = given.fail_on or ground(wanted).settings.fail_on
    if limit != "never" and failed(report, limit):
        sys.exit(1)


def _page(name: str) -> str:
    from placid.core.audit.audit import every_rule

    rule = every_rule().get(name)
    return f"{rule.name} ({rule.severity.name.lower()})\n\n{rule.docs.strip()}"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def rules(as_json: bool) -> None:
    """List every rule with its severity."""
    import msgspec

    from placid.core.audit.audit import every_rule

    known = [rule for _, rule in every_rule()]
    if as_json:
        listed = [
            {
                "name": rule.name,
                "severity": rule.severity.name.lower(),
                "area": rule.area.value,
                "docs": rule.docs.strip(),
            }
            for rule in known
        ]
        click.echo(msgspec.json.format(msgspec.json.encode(listed)).decode())
        return
    for rule in known:
        first = rule.docs.strip().splitlines()[0]
        click.echo(f"{rule.severity.name.lower():7} {rule.name}  {first}")


@click.command()
@click.option("--branch", default="", help="The branch; the default one of origin if not given.")
@click.option("--apply", is_flag=True, help="Make it so, as a ruleset at GitHub.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def protect(branch: str, apply: bool, as_json: bool) -> None:
    """Show how GitHub protects a branch beside what is wanted; exit 1 where they differ."""
    import msgspec

    from placid.faces.protect import protect as compare
    from placid.faces.protect import protected_text

    found = compare(Path.cwd(), branch, apply)
    if as_json:
        page = {
            "repository": found.repository,
            "branch": found.branch,
            "lines": found.lines,
            "unreportable": found.dead,
            "ruleset": found.body,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(page)).decode())
    else:
        click.echo(protected_text(found))
    if not found.fine:
        sys.exit(1)
