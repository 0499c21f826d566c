"""The command line: parse, call, render. Results go to stdout, narration to stderr.

Exit codes: 0 fine; 1 the answer is no; 2 a Problem that a person can mend; 3 our bug; 130
interrupted.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click

from placid import __version__
from placid.base.errors import Problem
from placid.faces.cli_check import check, protect, rules
from placid.faces.cli_log import log
from placid.faces.exits import tell_bug, tell_problem
from placid.faces.running.help import RunCommand


def run() -> None:
    """Run the command line and turn what goes wrong into words and an exit code."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BaseExceptionGroup as group:
        _grouped(group)
    except Problem as problem:
        tell_problem(problem)
    except Exception:
        tell_bug()


def _grouped(group: BaseExceptionGroup[BaseException]) -> None:
    """Task groups raise groups: the first Problem in one speaks for it."""
    if group.subgroup(KeyboardInterrupt) is not None:
        sys.exit(130)
    problems = group.subgroup(Problem)
    if problems is not None:
        tell_problem(_first(problems))
    tell_bug()


def _first(group: BaseExceptionGroup[Problem]) -> Problem:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def say(text: str) -> None:
    """Narrate."""
    click.echo(text, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="placid %(version)s")
def cli() -> None:
    """Makes deployments boring."""


cli.add_command(check)
cli.add_command(protect)
cli.add_command(rules)
cli.add_command(RunCommand())
cli.add_command(log)

ENV = click.option("--env", "env", default="", help="The environment; the last one by default.")
BY = click.option("--by", default="", help="Who asks; your login name by default.")


def _by(by: str) -> str:
    return by or getpass.getuser()


def _env(env: str) -> str:
    """The environment meant; Problem when there is none of that name."""
    from placid.app import locate

    house = locate(Path.cwd())
    house.environment(env or house.order()[-1])
    return env or house.order()[-1]


@cli.command()
@click.option("--workflow", is_flag=True, help="Write a GitHub workflow, not a placid.yaml.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def init(workflow: bool, force: bool) -> None:
    """Write a placid.yaml, or a workflow, from what the repository holds."""
    from placid.faces.init import init as write
    from placid.faces.init import init_workflow

    report = (init_workflow if workflow else write)(Path.cwd(), force)
    click.echo(report.text)
    for sentence in report.sentences:
        say(sentence)


@cli.group()
def config() -> None:
    """Look at the configuration."""


@config.command("schema")
def config_schema() -> None:
    """Print the JSON schema of placid.yaml."""
    import json

    from placid.config.schema import schema

    click.echo(json.dumps(schema(), indent=2))


@config.command("check")
def config_check() -> None:
    """Read placid.yaml and say what is wrong with it."""
    from placid.app import locate

    house = locate(Path.cwd())
    click.echo(f"{house.folder / 'placid.yaml'} is fine: {', '.join(house.order())}")


@cli.command()
@click.argument("revision", default="")
@click.option("--env", "env", default="", help="Only this environment; all, in order, by default.")
@BY
def deploy(revision: str, env: str, by: str) -> None:
    """Deploy REVISION (the branch by default), narrating; exit 1 when it did not go live."""
    from functools import partial

    import anyio

    from placid.app import locate
    from placid.faces.agent import deploy as work
    from placid.faces.live import Screen

    house = locate(Path.cwd())
    names = [_env(env)] if env else house.order()
    with Screen(sys.stderr) as screen:
        go = partial(work, house, revision, names, _by(by), screen.say, screen.watch)
        good = anyio.run(go)
    sys.exit(0 if good else 1)


@cli.command()
def serve() -> None:
    """Run the agent: follow the branch, deploy every commit, keep it alive."""
    import anyio

    from placid.app import locate
    from placid.faces.agent import serve as work
    from placid.faces.live import stamped

    anyio.run(work, locate(Path.cwd()), stamped(say))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Show what is live, what is under way and what is in quarantine."""
    from placid.app import locate
    from placid.faces.status import status as read
    from placid.faces.status import status_text

    report = read(locate(Path.cwd()))
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        click.echo(status_text(report))


@cli.command()
@ENV
@BY
@click.option("--full", is_flag=True, help="Pass every wait that is left.")
def promote(env: str, by: str, full: bool) -> None:
    """Go on: pass the present wait of the rollout under way."""
    from placid.faces.asking import promote as ask

    say(ask(_env(env), _by(by), full))


@cli.command()
@ENV
@BY
@click.option("--why", default="", help="The reason, for the ledger.")
def abort(env: str, by: str, why: str) -> None:
    """Stop the rollout under way and go back."""
    from placid.faces.asking import abort as ask

    say(ask(_env(env), _by(by), why))


@cli.command()
@ENV
@BY
def pause(env: str, by: str) -> None:
    """Stay at the present step; a bad release still goes back."""
    from placid.faces.asking import pause as ask

    say(ask(_env(env), _by(by)))


@cli.command()
@ENV
@BY
def resume(env: str, by: str) -> None:
    """Go on after a pause."""
    from placid.faces.asking import resume as ask

    say(ask(_env(env), _by(by)))


@cli.command()
@ENV
@BY
@click.option("--to", default="", help="A release or commit; the one before by default.")
def rollback(env: str, by: str, to: str) -> None:
    """Go back to an earlier release; exit 1 when that was not possible."""
    import anyio

    from placid.app import locate
    from placid.faces.agent import rollback as work
    from placid.faces.live import Screen

    house = locate(Path.cwd())
    with Screen(sys.stderr) as screen:
        good = anyio.run(work, house, _env(env), to, _by(by), screen.say)
    sys.exit(0 if good else 1)


@cli.command()
@click.argument("commit")
@ENV
@BY
def allow(commit: str, env: str, by: str) -> None:
    """Lift the quarantine of COMMIT."""
    from placid.faces.asking import allow as ask

    say(ask(_env(env), _by(by), commit))


@cli.group()
def hook() -> None:
    """Wake the agent from a Git hook, so that a push is seen at once."""


@hook.command("install")
@click.argument("repository", default="", type=click.Path())
def hook_install(repository: str) -> None:
    """Install the hook in REPOSITORY (the followed one by default)."""
    import anyio

    from placid.app import locate
    from placid.edge.hook import install

    house = locate(Path.cwd())
    where = Path(repository) if repository else house.folder / house.config.source.repository
    click.echo(anyio.run(install, where, house.home))


@hook.command("uninstall")
@click.argument("repository", default="", type=click.Path())
def hook_uninstall(repository: str) -> None:
    """Remove the hook again."""
    import anyio

    from placid.app import locate
    from placid.edge.hook import uninstall

    house = locate(Path.cwd())
    where = Path(repository) if repository else house.folder / house.config.source.repository
    click.echo(anyio.run(uninstall, where))


@cli.command()
@ENV
def down(env: str) -> None:
    """Stop every process of an environment, its proxy too; facts and releases stay."""
    import anyio

    from placid.app import locate
    from placid.faces.agent import down as work

    anyio.run(work, locate(Path.cwd()), _env(env))


@cli.command()
@click.option("--keep", is_flag=True, help="Leave it running, to look around.")
def demo(keep: bool) -> None:
    """Show it all in a temporary repository: red, good and bad commits."""
    import anyio

    from placid.faces.demo import demo as show

    sys.exit(0 if anyio.run(show, keep) else 1)


@cli.command(hidden=True)
def conform() -> None:
    """Answer one JSON line for each JSON line."""
    from placid.faces.conform import converse

    converse(sys.stdin.buffer, sys.stdout)
