"""Wishes for a branch against what is, and which checks the workflows can report."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from placid.core.audit.facts.check_names import check_names
from placid.core.audit.protection import (
    UNKNOWN,
    Protection,
    compare,
    pending,
    stricter,
    unreportable,
)
from tests.audit.trees import repository

MAYBE = st.none() | st.booleans()
PROTECTIONS = st.builds(
    Protection,
    MAYBE,
    st.none() | st.integers(0, 3),
    st.none() | st.frozensets(st.sampled_from(["build", "test"])),
    MAYBE,
    MAYBE,
    MAYBE,
)
CI = """
on: [push, pull_request]
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make}]}
  test:
    strategy: {matrix: {python: [3.11, 3.12]}}
    runs-on: ubuntu-latest
    steps: [{run: make test}]
  named:
    name: lint ${{ matrix.what }} now
    strategy: {matrix: {what: [a, b]}}
    runs-on: ubuntu-latest
    steps: [{run: make lint}]
  calls: {uses: ./.github/workflows/scan.yml}
  far: {uses: acme/flows/.github/workflows/x.yml@v1}
"""
SCAN = """
on: workflow_call
jobs:
  deps: {name: dependencies, runs-on: ubuntu-latest, steps: [{run: audit}]}
"""
DOCS = """
on: {pull_request: {paths: [docs/**]}}
jobs:
  docs: {runs-on: ubuntu-latest, steps: [{run: make docs}]}
"""
NIGHTLY = """
on: {schedule: [{cron: 0 0 * * *}]}
jobs:
  nightly: {runs-on: ubuntu-latest, steps: [{run: make all}]}
"""
FOLDER = ".github/workflows"


@given(PROTECTIONS, PROTECTIONS)
def test_the_stricter_counts_in_either_order(one: Protection, other: Protection) -> None:
    assert stricter(one, other) == stricter(other, one)
    assert stricter(one, one) == one
    assert stricter(one, Protection()) == one


@given(PROTECTIONS)
def test_the_unknown_is_never_broken_and_a_wish_that_holds_is_kept(wish: Protection) -> None:
    assert all(line.kept is not False for line in compare(wish, UNKNOWN))
    if None not in (wish.reviews, wish.checks):
        assert all(line.kept is not False for line in compare(wish, wish))


def test_every_name_under_which_a_job_reports() -> None:
    files = {"ci": CI, "scan": SCAN, "docs": DOCS, "nightly": NIGHTLY}
    known = check_names(repository({f"{FOLDER}/{name}.yml": text for name, text in files.items()}))
    good = ["build", "test (3.11)", "lint a now", "calls / dependencies", "far / anything", "docs"]
    assert unreportable(good, known) == []
    bad = ["test", "nightly", "dependencies", "Build", "calls", "lint", "security-scan"]
    assert unreportable(bad, known) == sorted(bad)
    assert [name for name, _ in pending(good, known)] == ["docs"]
