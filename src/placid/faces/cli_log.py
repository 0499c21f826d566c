"""`placid log`: the facts of the ledger, or, with --run, the logs of a pipeline's steps."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

_FACTS = 50


@click.command()
@click.option("--env", "env", default="", help="The environment; the last one by default.")
@click.option("--json", "as_json", is_flag=True, help="One fact a line, as stored.")
@click.option(
    "-n",
    "most",
    type=click.IntRange(1),
    help="How many of the newest facts, 50 if not given; of the last lines of each step.",
)
@click.option(
    "--run",
    default="",
    metavar="NUMBER",
    help="The logs of a run's steps: its number, or last; last with any of the options below.",
)
@click.option("--job", default="", metavar="ID", help="Only this job, by id or name.")
@click.option("--step", default="", metavar="STEP", help="Only this step, by id, name or number.")
@click.option("--grep", "text", default="", metavar="TEXT", help="Only lines that hold this text.")
@click.option("--regex", default="", metavar="RE", help="Only lines in which this matches.")
@click.option("--failed", is_flag=True, help="Only steps that failed.")
@click.pass_context
def log(context: click.Context, /, **_options: object) -> None:
    """Read the ledger: what happened, and when. With --run: the logs of a pipeline."""
    given = Given(**{name: context.params[name] for name in Given.__annotations__})
    of_run = any((given.run, given.job, given.step, given.text, given.regex, given.failed))
    for line in _lines_of_run(given) if of_run else _facts(given):
        click.echo(line)


class Given(NamedTuple):
    """The options."""

    env: str
    as_json: bool
    most: int | None
    run: str
    job: str
    step: str
    text: str
    regex: str
    failed: bool


def _facts(given: Given) -> Iterator[str]:
    from placid.app import locate
    from placid.faces.status import history

    house = locate(Path.cwd())
    env = given.env or house.order()[-1]
    house.environment(env)
    return history(house, env, given.most or _FACTS, given.as_json)


def _lines_of_run(given: Given) -> Iterator[str]:
    from placid.faces.running.log_command import fact_lines, log_lines
    from placid.faces.running.logs import Search
    from placid.faces.running.style import style_of

    run, last = given.run or "last", given.most or 0
    search = Search(run, given.job, given.step, given.text, given.regex, given.failed, last)
    if given.as_json:
        return fact_lines(Path.cwd(), search)
    return log_lines(Path.cwd(), search, style_of(sys.stdout))
