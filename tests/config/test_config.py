"""What a placid.yaml means, and that any text is a Config or a Problem, never another exception."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem, Problems
from placid.config import (
    Chosen,
    Config,
    Environment,
    Health,
    Override,
    Service,
    Source,
    load,
    parse,
)
from placid.config.reference import reference
from placid.config.schema import schema
from placid.core.rollout.steps import Approve, Judge, Preview, Scale, Shift
from placid.core.rollout.strategies.canary import Spec as Canary
from placid.faces.render import problem_text

LEAST = "app: shop\nservice:\n  run: python -m shop\n"
WHOLE = """\
app: shop
source: {repository: /srv/shop.git, branch: release, poll: 1m}
store: $DATABASE_URL
service:
  build: |
    make
    make install
  run: ./shop
  health: {path: /up, interval: 500ms, deadline: 2m}
  copies: 3
  config: [config/production.env]
  env: {DEBUG: no, WORKERS: 4, RATE: 1.50, MODE: 0o17}
  drain: 1m
environments:
  staging:
  production:
    after: staging
    strategy: {canary: {steps: [1%, 12.5%], bake: 90s}}
    approve: true
    objectives: {p95: 500ms, errors: 0.5}
    rollback: {git: off}
    listen: "[::1]:8443"
    preview: 127.0.0.1:8081
    hosts: [shop.example.com, "*.example.org"]
    copies: 5
    override: {header: x-canary}
    warm: 0
    newer: wait
webhook: {secret: $HOOK}
judge: {alpha: 1%, tolerance: 2}
"""


def read(text: str) -> Config:
    return parse(text, "placid.yaml", lambda path: True)


def test_three_lines_have_defaults_for_everything() -> None:
    config = read(LEAST)
    assert config == Config(app="shop", service=Service(run="python -m shop"))
    assert list(config.environments) == ["production"]
    assert config.environments["production"].plan(2)[-1] == Scale(0, "old")


def test_every_idea_at_once() -> None:
    config = read(WHOLE)
    assert config.source == Source(repository="/srv/shop.git", branch="release", poll=60)
    assert config.service.build == "make\nmake install\n"
    assert config.service.probe == Health(path="/up", interval=0.5, deadline=120)
    assert config.service.env == {"DEBUG": "no", "WORKERS": "4", "RATE": "1.50", "MODE": "0o17"}
    production = config.environments["production"]
    assert production.strategy == Chosen(name="canary", spec=Canary(steps=(1, 12.5), bake=90))
    assert production.override == Override(header="x-canary")
    assert (production.objectives.p95, production.objectives.errors) == (0.5, 0.5)
    assert production.rollback.git == "off"
    assert production.warm == 0
    assert production.plan(5)[0] == Approve("this environment asks for approval")
    assert config.environments["staging"] == Environment()
    assert config.judge.alpha == 1


def test_own_steps() -> None:
    text = LEAST + (
        "environments:\n  production:\n    strategy:\n      steps: [{scale: 2}, preview, "
        "{shift: 10%}, {judge: 2m}, approve, {approve: look}, {shift: 100%}, {scale: {old: 0}}]\n"
    )
    assert read(text).environments["production"].plan(9) == (
        Scale(2),
        Preview(),
        Shift(10),
        Judge(120),
        Approve(),
        Approve("look"),
        Shift(100),
        Scale(0, "old"),
    )


def test_an_alias_is_the_value_it_points_at() -> None:
    text = LEAST + (
        "environments:\n  staging: &s {copies: 1, listen: 127.0.0.1:1}\n"
        "  production: {<<: *s, listen: 127.0.0.1:2}\n"
    )
    assert [each.copies for each in read(text).environments.values()] == [1, 1]


def test_load_looks_for_files_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "placid.yaml"
    path.write_text(LEAST + "  config: [a.env]\n")
    with pytest.raises(Problems, match=r"there is no file .a\.env"):
        load(path)
    (tmp_path / "a.env").write_text("")
    assert load(path).service.config == ["a.env"]


def test_load_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"there is no placid\.yaml here"):
        load(tmp_path / "placid.yaml")
    (tmp_path / "placid.yaml").mkdir()
    with pytest.raises(Problem, match="cannot be read"):
        load(tmp_path / "placid.yaml")


LINES: list[str] = [*WHOLE.splitlines()]
JUNK = st.sampled_from(
    [
        "",
        "  ",
        ": x",
        "- a",
        "{",
        "]",
        "&a *a",
        "!t x",
        "<<: 1",
        "? ",
        "|",
        "null",
        "''",
        "5x",
        "\t",
    ]
)


@settings(deadline=None)
@given(st.randoms(use_true_random=False), st.lists(JUNK, max_size=4))
def test_a_mangled_file_loads_or_is_a_problem(chance: random.Random, junk: list[str]) -> None:
    lines = LINES.copy()
    for words in junk:
        at = chance.randrange(len(lines))
        line = lines[at]
        cut = chance.randrange(len(line) + 1)
        lines[at] = line[:cut] + words + line[cut + chance.randrange(3) :]
    check(_shuffled(lines, chance))


def _shuffled(lines: list[str], chance: random.Random) -> str:
    first, second = (chance.randrange(len(lines)) for _ in range(2))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def check(text: str) -> None:
    """Any text is a Config or a Problem that can be printed and keeps the secret."""
    try:
        parse(text, "placid.yaml", lambda path: len(path) % 2 == 0)
    except Problem as problem:
        for colour in (False, True):
            assert problem_text(problem, colour).startswith(("error:", "\033"))


NAMES = """\
app source store service environments webhook keep judge run image health copies config env drain
stop after target strategy approve objectives rollback listen preview hosts tls override warm steps
canary rolling path interval p95 errors git secret alpha production staging header"""
KEYS = st.sampled_from(NAMES.split())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**20),
    st.floats(),
    st.sampled_from(["5s", "1%", "127.0.0.1:80", "canary", "off", "/x", "$A", "*", "a.env", ""]),
    st.text(max_size=8),
)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
        max_leaves=20,
    ),
    max_size=8,
)


@settings(deadline=None)
@given(TREES)
def test_any_tree_of_known_keys_loads_or_is_a_problem(tree: dict[str, object]) -> None:
    check(msgspec.json.encode(tree).decode())


@settings(deadline=None)
@given(st.text())
def test_any_text_loads_or_is_a_problem(text: str) -> None:
    check(text)


@settings(deadline=None)
@given(st.text(alphabet="abcxyz0189_/+=-", min_size=8, max_size=40), st.booleans())
def test_a_secret_in_clear_is_never_printed(secret: str, broken: bool) -> None:
    text = f"{LEAST}webhook: {{secret: {secret!r}, lisen: 1}}\n" + ("}" if broken else "")
    with pytest.raises(Problem) as caught:
        read(text)
    assert secret not in problem_text(caught.value, colour=False)
    assert secret not in str(caught.value)


def test_the_schema_describes_every_key_and_knows_the_strategies() -> None:
    text = msgspec.json.encode(schema()).decode()
    assert '"$schema":"https://json-schema.org/draft/2020-12/schema"' in text
    for key in ("app", "poll", "unavailable", "blue-green", "steps", "certificate"):
        assert f'"{key}":' in text
    assert '"default":"5s"' in text


def test_the_reference_page_has_every_key_with_its_meaning() -> None:
    page = reference()
    assert "| `poll` | duration | `5s` |" in page
    assert "### blue-green" in page
    assert "| |\n" not in page
    assert all(" |  |" not in line[-5:] for line in page.splitlines())
