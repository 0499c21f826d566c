# ruff: noqa: E501  workflows stay as people write them
"""Workflows of the shapes that published packages have (bench/published.py reads 478 real ones):
their graphs by `placid run --graph mermaid`, each edge and the size of each matrix."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.run.harness import here

SHAPES = {
    "a library's tests": (
        """
        name: test
        on:
          push: {branches: [main, '[0-9]+.x']}
          pull_request:
        env: {FORCE_COLOR: 1}
        concurrency: {group: "${{ github.workflow }}-${{ github.ref }}", cancel-in-progress: true}
        permissions: {contents: read}
        jobs:
          lint:
            runs-on: ubuntu-latest
            steps: [{uses: actions/checkout@v4}, {run: pre-commit run --all}]
          test:
            strategy:
              fail-fast: false
              matrix:
                python-version: ["3.9", "3.10", "3.11"]
                os: [ubuntu-latest, windows-latest]
                exclude: [{python-version: "3.9", os: windows-latest}]
                include: [{python-version: pypy-3.10, os: ubuntu-latest}, {os: ubuntu-latest, cov: true}]
            runs-on: ${{ matrix.os }}
            steps:
              - uses: actions/checkout@v4
              - uses: actions/setup-python@v5
                with: {python-version: "${{ matrix.python-version }}", cache: pip}
              - run: tox
          check:
            if: always()
            needs: [lint, test]
            runs-on: ubuntu-latest
            steps: [{uses: re-actors/alls-green@v1, with: {jobs: "${{ toJSON(needs) }}"}}]
        """,
        {"lint>check", "test>check"},
        {"lint": 1, "test": 6, "check": 1},
    ),
    "wheels, and a release": (
        """
        on: [push, workflow_dispatch]
        jobs:
          plan:
            runs-on: ubuntu-latest
            outputs: {include: "${{ steps.set.outputs.include }}"}
            steps: [{id: set, run: "echo include=[] >> $GITHUB_OUTPUT"}]
          wheels:
            needs: plan
            name: ${{ matrix.only }}
            strategy: {matrix: {include: "${{ fromJson(needs.plan.outputs.include) }}"}}
            runs-on: ${{ matrix.os }}
            steps: [{uses: pypa/cibuildwheel@v2.21, with: {only: "${{ matrix.only }}"}}]
          sdist: {runs-on: ubuntu-latest, steps: [{run: python -m build}]}
          publish:
            needs: [wheels, sdist]
            environment: {name: pypi, url: https://pypi.org}
            permissions: {id-token: write}
            runs-on: ubuntu-latest
            steps: [{uses: actions/download-artifact@v4}, {uses: pypa/gh-action-pypi-publish@release/v1}]
        """,
        {"plan>wheels", "wheels>publish", "sdist>publish"},
        {"plan": 1, "wheels": 1, "sdist": 1, "publish": 1},
    ),
    "services, containers and names of what another job says": (
        """
        on: push
        jobs:
          versions:
            runs-on: ubuntu-latest
            outputs: {old: "${{ steps.v.outputs.old }}"}
            steps: [{id: v, run: echo}]
          upgrade:
            needs: versions
            name: ${{ matrix.database }} / ${{ matrix.web.version }} (${{ needs.versions.outputs.old }})
            runs-on: ubuntu-latest
            container: {image: "python:${{ matrix.web.python }}"}
            strategy:
              matrix:
                database: [sqlite, postgres, mysql]
                web: [{version: '5.2', python: '3.12'}, {version: '6.1', python: '3.13'}]
            services:
              postgres:
                image: ${{ matrix.database == 'postgres' && 'postgres:18' || '' }}
                env: {POSTGRES_PASSWORD: postgres}
                ports: ['5432:5432']
                options: --health-cmd pg_isready --health-interval 10s
            steps: [{run: "true", timeout-minutes: 5}]
        """,
        {"versions>upgrade"},
        {"versions": 1, "upgrade": 6},
    ),
    "a fork's guard, anchors and old spellings": (
        """
        'on':
          push:
            paths-ignore: ['docs/**', '**.md']
          schedule: [{cron: '0 4 * * 1'}]
        jobs:
          Build_All:
            if: github.event_name != 'schedule' || github.repository == 'me/it'
            runs-on: [self-hosted, linux]
            env: &shared {A: 1, B: yes}
            steps: [{run: make, continue-on-error: true}]
          deploy:
            needs: build_all
            runs-on: ubuntu-latest
            env: *shared
            strategy: {max-parallel: 1, matrix: {target: [eu, us, ap]}}
            steps: [{run: "./deploy ${{ matrix.target }}"}]
        """,
        {"build_all>deploy"},
        {"build_all": 1, "deploy": 3},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_graph(tmp_path: Path, name: str) -> None:
    text, edges, sizes = SHAPES[name]
    shown = here(tmp_path, text, git=True).placid("--graph", "mermaid", "--offline")
    assert shown.code == 0, shown.err
    nodes = dict(re.findall(r'^ *(\w+)\["(.*?)"\]', shown.out, re.MULTILINE))
    named = {node: _plain(node) for node in nodes}
    drawn = re.findall(r"^ *(\w+) -+\.?-*> (\w+)", shown.out, re.MULTILINE)
    assert {f"{named[one]}>{named[two]}" for one, two in drawn} == edges
    assert {named[node]: _size(shown_as) for node, shown_as in nodes.items()} == sizes


def _plain(node: str) -> str:
    letters = re.sub(r"_([0-9a-f]{2})_", lambda found: chr(int(found[1], 16)), node)
    return letters.removeprefix("job_").lower()


def _size(shown: str) -> int:
    found = re.search(r" x (\d+)$", shown)
    return int(found[1]) if found else 1
