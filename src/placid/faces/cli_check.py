"""`placid check` and `placid rules` on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from placid.faces.check_options import FORMATS, SEVERITIES, Given


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "style", type=click.Choice(FORMATS), default="text")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Exit 1 from this severity on.")
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
    from placid.faces.check_work import check as work

    work(files, Given(**{name: context.params[name] for name in Given._fields}))


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
