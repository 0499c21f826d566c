"""The options of `placid check` that are read without click are click's own."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from placid.faces.check_options import FLAGS, VALUES, Given, plain
from placid.faces.cli_check import check


def given_by_click(words: list[str]) -> tuple[tuple[Path, ...], Given]:
    context = check.make_context("check", list(words))
    files: tuple[Path, ...] = context.params["files"]
    return files, Given(**{name: context.params[name] for name in Given._fields})


def test_both_know_the_same_options() -> None:
    options = [each for each in check.params if isinstance(each, click.Option)]
    flags = {each.opts[0]: each.name for each in options if each.is_flag}
    assert flags == FLAGS
    choices = {
        each.opts[0]: tuple(each.type.choices) if isinstance(each.type, click.Choice) else ()
        for each in options
        if not each.is_flag
    }
    assert choices == {option: choices for option, (_, choices) in VALUES.items()}


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["deploy", "a file.yaml"],
        ["--format", "json", "--fail-on=low", "x"],
        ["--rule", "image", "--rule=image/root-user", "--since=main~3"],
        ["--fix", "--unsafe", "--no-secrets", "--all", "--format=text", "--format", "sarif"],
        ["--explain", "image/root-user", "--since="],
        *([flag] for flag in FLAGS),
    ],
)
def test_what_is_right_is_read_as_click_reads_it(words: list[str]) -> None:
    assert plain(words) == given_by_click(words)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["-h"],
        ["--"],
        ["--no-such"],
        ["--format", "prose"],
        ["--fail-on"],
        ["--since", "--fix"],
        ["--fix=yes"],
        ["-"],
    ],
)
def test_help_and_what_is_wrong_is_left_to_click(words: list[str]) -> None:
    assert plain(words) is None
