"""What differs from GitHub: nothing that is written is ignored in silence."""

from __future__ import annotations

import textwrap

import pytest

from placid.core.pipeline.divergence import Difference, Ground, divergences
from placid.formats.workflows import read_workflow

GROUND = Ground(
    described="Debian 12",
    engine="podman",
    native=frozenset(("actions/checkout", "actions/upload-artifact")),
)


def told(text: str, ground: Ground = GROUND) -> list[Difference]:
    source = textwrap.dedent(text)
    workflow = read_workflow(source, "ci.yml")
    assert workflow is not None
    found = divergences(workflow, source, ground)
    for each in found:
        assert source[each.at.start : each.at.end]
    return found


def of_job(body: str, ground: Ground = GROUND) -> dict[str, bool]:
    """What differs in a job with these keys, and whether it weighs."""
    keys = textwrap.indent(textwrap.dedent(body), "    ")
    return {each.what: each.heavy for each in told(f"on: push\njobs:\n  a:\n{keys}", ground)}


STEPS = "\nsteps: [{run: 'true'}]\n"


@pytest.mark.parametrize(
    ("label", "heavy"),
    [
        ("ubuntu-latest", False),
        ("windows-2022", True),
        ("macos-14", True),
        ("ubuntu-24.04-arm", True),
        ("ubuntu-latest-8-cores", False),
        ("self-hosted", False),
        ("our-big-one", False),
        ("[self-hosted, ARM64]", True),
        ("${{ inputs.where }}", False),
    ],
)
def test_where_a_job_runs(label: str, heavy: bool) -> None:
    found = of_job(f"runs-on: {label}{STEPS}")
    assert any(found.values()) is heavy
    assert found


def test_a_machine_that_is_one_of_githubs_differs_in_nothing() -> None:
    ground = GROUND._replace(label="ubuntu-24.04")
    assert of_job(f"runs-on: ubuntu-24.04{STEPS}", ground) == {}


def test_labels_of_a_matrix_are_told_where_they_stand() -> None:
    found = of_job(
        """\
        runs-on: ${{ matrix.os }}
        strategy:
          matrix:
            os: [ubuntu-24.04, windows-2025]
            include: [{os: macos-15}]
        steps: [{run: 'true'}]
        """,
        GROUND._replace(label="ubuntu-24.04"),
    )
    assert found == {"runs-on: windows-2025": True, "runs-on: macos-15": True}


def test_every_key_that_means_something_else_here() -> None:
    found = told("""\
        on:
          schedule: [{cron: 0 4 * * *}]
          push:
        permissions: {id-token: write, contents: read}
        concurrency: {group: deploy, cancel-in-progress: true}
        jobs:
          a:
            runs-on: {group: big, labels: [ubuntu-24.04]}
            timeout-minutes: 900
            environment: {name: production, url: https://example.com}
            snapshot: image
            brand-new-key: 1
            container: {image: node:22, options: --cpus 1, new: 1}
            services:
              db: {image: postgres@sha256:0, ports: [5432]}
            steps:
              - uses: actions/checkout@v5
                with: {lfs: true}
              - uses: some/action@v1
              - uses: docker://alpine
              - uses: actions/deploy-pages@v4
              - {run: Get-Item, shell: pwsh, surprise: 1}
          b:
            uses: o/r/.github/workflows/x.yml@v1
            secrets: inherit
        """)
    whats = [each.what for each in found]
    for wanted in (
        "schedule: 0 4 * * *",
        "permissions: id-token: write",
        "permissions",
        "concurrency: deploy",
        "runs-on.group",
        "timeout-minutes: 900",
        "environment: production",
        "environment.url",
        "snapshot",
        "jobs.a.brand-new-key",
        "jobs.a.container.new",
        "jobs.a.steps[4].surprise",
        "container: node:22",
        "container.options",
        "services",
        "uses: actions/checkout@v5",
        "with.lfs",
        "uses: some/action@v1",
        "uses: actions/deploy-pages@v4",
        "shell: pwsh",
        "uses: o/r/.github/workflows/x.yml@v1",
        "secrets: inherit",
    ):
        assert wanted in whats, wanted
    weights = [each.heavy for each in found]
    assert weights == sorted(weights, reverse=True)


def test_without_an_engine_containers_cannot_run() -> None:
    bare = GROUND._replace(engine="")
    found = of_job(f"runs-on: ubuntu\ncontainer: node:22{STEPS}", bare)
    assert found["container: node:22"] is True


def test_names_without_a_value_are_told_once() -> None:
    body = """\
        runs-on: ubuntu-24.04
        steps:
          - run: echo ${{ secrets.KEY }} ${{ secrets.key }} ${{ vars.A }} ${{ secrets.GITHUB_TOKEN }}
          - run: echo ${{ github.token }} ${{ github.event.issue.title }} ${{ github.event.ref }}
        """  # noqa: E501
    ground = GROUND._replace(label="ubuntu-24.04")
    assert of_job(body, ground) == {
        "secrets.KEY": True,
        "vars.A": True,
        "secrets.GITHUB_TOKEN": True,
        "github.token": True,
        "github.event.issue": False,
    }
    given = ground._replace(
        token=True, secrets=frozenset(("Key",)), variables=frozenset(("a",)), event_file=True
    )
    assert of_job(body, given) == {}


def test_a_package_manager_changes_this_machine() -> None:
    body = "runs-on: ubuntu-24.04\nsteps: [{run: sudo apt-get install -y jq}]\n"
    ground = GROUND._replace(label="ubuntu-24.04")
    assert list(of_job(body, ground)) == ["a package manager in `run`"]
    assert "a package manager in `run`" not in of_job(body, ground._replace(image="debian"))


def test_offline_what_has_to_be_fetched_weighs() -> None:
    body = "runs-on: ubuntu-24.04\nsteps: [{uses: some/action@v1}]\n"
    ground = GROUND._replace(label="ubuntu-24.04", network=False)
    assert of_job(body, ground) == {"uses: some/action@v1": True}
