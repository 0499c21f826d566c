"""The options of `placid run`: one table, read the same by our parser and told by click's help."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.core.pipeline.asked import Asked
from placid.faces.cli import cli
from placid.faces.running.asking import Surroundings, asked_of
from placid.faces.running.cli_run import wants_help
from placid.faces.running.help import RunCommand
from placid.faces.running.naming import event_named, job_named, workflow_named
from placid.faces.running.options import OPTIONS, parse
from placid.formats.workflows import read_workflow


def repository(root: Path) -> Path:
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "ci.yml").write_text("on: push\n")
    (folder / "deploy.yaml").write_text("on: push\n")
    return root


def asked(root: Path, *words: str, env: Mapping[str, str] | None = None) -> Asked:
    return asked_of(parse(words), Surroundings(root, env or {}, lambda text: None))


def refused(root: Path, *words: str, env: Mapping[str, str] | None = None) -> str:
    """What the Problem says, with its fix."""
    with pytest.raises(Problem) as raised:
        asked(root, *words, env=env)
    return f"{raised.value.what} | {raised.value.fix}"


def test_nothing_asked_is_a_push_of_everything(tmp_path: Path) -> None:
    assert asked(tmp_path) == Asked(tmp_path)


def test_everything_asked(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "event.json").write_text("{}")
    (tmp_path / "env").write_text("A=1\n")
    words = (
        "ci -w deploy.yaml -e workflow_dispatch --event-file event.json --ref v1 -i who=ada=b "
        "--secret KEY --var V= --env-file env --pass HOME --approve prod -j test --job lint "
        "--from build -n 3 --image debian --offline --strict --watch --keep --log failed --json "
        "--report r.json --junit=j.xml --summary s.md"
    )
    found = asked(tmp_path, *words.split(), env={"KEY": "hunter2", "HOME": "/h"})
    assert found == Asked(
        tmp_path,
        (".github/workflows/ci.yml", ".github/workflows/deploy.yaml"),
        event="workflow_dispatch",
        event_file=tmp_path / "event.json",
        ref="v1",
        inputs={"who": "ada=b"},
        secrets={"KEY": "hunter2"},
        variables={"V": ""},
        env={"A": "1"},
        passed=("HOME",),
        jobs=("test", "lint"),
        from_step="build",
        image="debian",
        watch=True,
        parallel=3,
        keep=True,
        report=tmp_path / "r.json",
        junit=tmp_path / "j.xml",
        summary=tmp_path / "s.md",
        json=True,
        approve=("prod",),
        offline=True,
        strict=True,
        log="failed",
    )
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("--list", "list"),
        ("--graph", "graph"),
        ("--graph ci", "graph"),
        ("--graph mermaid ci", "mermaid"),
        ("--graph=mermaid", "mermaid"),
        ("ci --graph text", "graph"),
        ("-- ci", "run"),
    ],
)
def test_what_is_answered(tmp_path: Path, words: str, answer: str) -> None:
    assert asked(repository(tmp_path), *words.split()).answer == answer


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("--evnt push", "placid run has no option --evnt | did you mean --event?"),
        ("-x", "placid run has no option -x"),
        ("--dirty=1", "--dirty takes no value"),
        ("--event", "--event needs a value | write --event NAME"),
        ("--event psuh", "GitHub has no event 'psuh' | did you mean 'push'?"),
        ("--event pull-request", "did you mean 'pull_request'?"),
        ("--log all", "--log cannot be 'all' | use one of: full, failed, none"),
        ("--graph=svg", "--graph cannot be 'svg'"),
        ("--jobs none", "--jobs cannot be 'none'"),
        ("-n0", "--jobs cannot be '0'"),
        ("deplyo", "no workflow is called 'deplyo' | did you mean 'deploy.yaml'?"),
        ("--input who", "--input who has no value"),
        ("--event-file no.json", "there is no such file"),
        ("--report no/r.json", "the folder of this file does not exist"),
        ("--report .github", "this is a folder"),
        ("--dirty --commit HEAD", "--dirty and --commit cannot go together"),
        ("--list --graph", "--list and --graph cannot go together"),
        ("--pass HOEM", "your environment has no variable HOEM | did you mean HOME?"),
        ("--secret 1X", "a secret's name has letters"),
        ("--secret KEY", "the secret KEY has no value"),
        ("--secret KEY=$OTHER", "your environment has no variable OTHER"),
        ("--secrets-file .env", "there is no such file"),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, words: str, what: str) -> None:
    assert what in refused(repository(tmp_path), *words.split(), env={"HOME": "/h"})


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6))
def test_a_secret_that_is_an_argument_is_refused_and_not_repeated(value: str) -> None:
    said = refused(Path("/"), "--secret", f"KEY=#{value}#", env={})
    assert "must not be an argument" in said
    assert f"#{value}#" not in said


def test_where_secrets_come_from(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from a file\n")
    (tmp_path / "all.env").write_text("A=1\nB='two words'\nC=3\n")
    words = ("--secrets-file", "all.env", "--secret", "C", "--secret", "D=@token", "-sE=${X}")
    found = asked(tmp_path, *words, env={"C": "own", "X": "other"})
    assert dict(found.secrets) == {
        "A": "1",
        "B": "two words",
        "C": "own",
        "D": "from a file",
        "E": "other",
    }


def test_a_person_is_asked_for_a_secret_that_is_nowhere(tmp_path: Path) -> None:
    around = Surroundings(tmp_path, {}, lambda text: None, lambda name: f"typed {name}")
    assert asked_of(parse(["--secret", "KEY"]), around).secrets == {"KEY": "typed KEY"}


def test_secrets_that_others_can_read_are_warned_of(tmp_path: Path) -> None:
    secrets = tmp_path / "s.env"
    secrets.write_text("A=hunter2\n")
    told: list[str] = []
    around = Surroundings(tmp_path, {}, told.append)
    for mode, count in ((0o600, 0), (0o640, 1), (0o604, 2)):
        secrets.chmod(mode)
        assert stat.S_IMODE(secrets.stat().st_mode) == mode
        asked_of(parse(["--secrets-file", "s.env"]), around)
        assert len(told) == count
    assert told[0] == "warning: s.env holds secrets and others can read it (chmod 600 s.env)"


def test_a_broken_secrets_file_shows_no_value(tmp_path: Path) -> None:
    (tmp_path / "s.env").write_text("A='hunter2\nhunter3 is no line\n")
    assert "hunter" not in refused(tmp_path, "--secrets-file", "s.env")


def test_workflows_by_path_file_and_stem(tmp_path: Path) -> None:
    root = repository(tmp_path)
    below = root / "src"
    below.mkdir()
    file = root / ".github" / "workflows" / "deploy.yaml"
    for name in ("deploy", "deploy.yaml", "../.github/workflows/deploy.yaml"):
        assert workflow_named(name, below).resolve() == file
    (root / "mine.yml").write_text("on: push\n")
    assert workflow_named("mine.yml", root) == root / "mine.yml"
    with pytest.raises(Problem, match="no workflow"):
        workflow_named("ci", tmp_path / "src" / "..")  # found only from inside of the repository
        workflow_named("nothing", root)


def test_jobs_by_id_and_name() -> None:
    workflow = read_workflow("on: push\njobs:\n  Build: {name: Make it}\n  test: {}\n", "ci.yml")
    assert workflow is not None
    assert job_named("build", [workflow]).id.text == "Build"
    assert job_named("Make it", [workflow]).id.text == "Build"
    with pytest.raises(Problem) as raised:
        job_named("tset", [workflow])
    assert raised.value.fix == "did you mean 'test'? use one of: Build, test"


def test_events_that_github_has() -> None:
    assert event_named("issue_comment") == "issue_comment"


def test_the_help_tells_every_option() -> None:
    shown = CliRunner().invoke(cli, ["run", "--help"]).output
    for option in OPTIONS:
        assert f"--{option.name}" in shown
        assert not option.short or f"-{option.short}," in shown
    assert wants_help(["ci", "-h"])
    assert not wants_help(["--", "-h"])


def test_clicks_parameters_are_those_of_the_table() -> None:
    params = [each for each in RunCommand().params if isinstance(each, click.Option)]
    names = [name for each in params for name in each.opts if name.startswith("--")]
    assert names == [f"--{option.name}" for option in OPTIONS]
    assert len({option.short for option in OPTIONS if option.short}) == sum(
        bool(option.short) for option in OPTIONS
    )
    assert all(re.match(r"[A-Z].*\.$", option.help) for option in OPTIONS)


@given(st.lists(st.text(max_size=5), max_size=5))
def test_any_words_are_read_or_refused_with_a_fix(words: list[str]) -> None:
    try:
        parse(words)
    except Problem as problem:
        assert problem.fix
