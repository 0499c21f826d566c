"""What commands do is told by their programs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placid.core.audit.facts.deeds import Kind, deeds_of, deeds_of_action
from placid.core.audit.facts.deploys import every_work
from placid.formats.shell import commands

from .trees import repository

PIECES = (
    "kubectl helm npm run npx ssh git push python -m uv bash ./a.sh make test ; && $ '' \" | \n"
)


def kinds(text: str) -> set[Kind]:
    return {kind for command in commands(text) for kind in deeds_of(command)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kubectl -n shop apply -f k8s", {Kind.DEPLOY}),
        ("sudo helm upgrade --install shop ./chart", {Kind.DEPLOY}),
        ("kubectl apply --dry-run=client -f k8s", set[Kind]()),
        ("terraform plan", set[Kind]()),
        ("node --test", {Kind.TEST}),
        ("kubectl get pods", set[Kind]()),
        ("ssh host 'cd app && docker compose up -d'", {Kind.DEPLOY}),
        ("ssh-keyscan host", set[Kind]()),
        ("git push heroku main", {Kind.DEPLOY}),
        ("git push origin main", set[Kind]()),
        ("npx wrangler deploy", {Kind.DEPLOY}),
        ("npx wrangler pages deploy dist", set[Kind]()),
        ("uv run --frozen pytest -q", {Kind.TEST}),
        ("python3 -m pytest", {Kind.TEST}),
        ("poetry run pytest", {Kind.TEST}),
        ("npm run test:unit", {Kind.TEST}),
        ("npm run latest", set[Kind]()),
        ("make test-unit", {Kind.TEST}),
        ("./gradlew :app:test", {Kind.TEST}),
        ("docker push acme/shop", {Kind.PUBLISH}),
        ("kind create cluster", {Kind.THROWAWAY}),
        ("kubectl rollout status deployment/shop", {Kind.WAIT}),
        ("kubectl rollout undo deployment/shop", {Kind.ROLLBACK}),
        ("npm audit --omit=dev", {Kind.AUDIT}),
    ],
)
def test_commands(text: str, expected: set[Kind]) -> None:
    assert kinds(text) == expected


def test_actions() -> None:
    assert deeds_of_action("Azure/webapps-deploy") == {Kind.DEPLOY}
    assert deeds_of_action("actions/checkout") == frozenset()


@given(st.lists(st.sampled_from(PIECES.split(" ")), max_size=20), st.text(max_size=20))
def test_any_command_is_read(pieces: list[str], rest: str) -> None:
    kinds(" ".join(pieces) + rest)


def test_scripts_that_call_each_other_come_to_an_end() -> None:
    names = [f"t{number}" for number in range(40)]
    makefile = "".join(f"{name}: {' '.join(names)}\n\t@make {name}\n" for name in names)
    there = repository(
        {
            "Makefile": makefile,
            ".github/workflows/a.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: make t0}]}}",
        }
    )
    assert [work.deeds for work in every_work(there)] == [()]
