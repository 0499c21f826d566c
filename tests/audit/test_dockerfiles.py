"""What the audit knows of a Dockerfile: its context, its bases, and what runs in the end."""

from __future__ import annotations

import pickle

from placid.core.audit.facts.build_contexts import build_contexts
from placid.core.audit.facts.dockerfiles import Built, dockerfiles, is_dockerfile, parsed
from placid.core.audit.facts.run_commands import run_commands

from .trees import repository

DOCKERFILE = """\
ARG V=3.13
FROM python:$V-slim AS base
ENV PORT=8000
EXPOSE $PORT 53/udp
USER app
CMD ["old"]
FROM base
ENV PORT=9000
EXPOSE $PORT 70-71
HEALTHCHECK NONE
CMD serve --port $PORT
RUN a && b
"""
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: docker/build-push-action@v6
        with: {context: ., file: docker/web.Dockerfile}
      - run: docker build -t x --build-arg A=1 -f docker/Dockerfile.worker ./worker
      - run: docker build "$WHERE"
"""


def built(files: dict[str, str], path: str = "Dockerfile") -> Built:
    return next(each for each in dockerfiles(repository(files)) if each.path == path)


def test_what_holds_when_the_container_starts() -> None:
    each = built({"Dockerfile": DOCKERFILE})
    assert [(port.number, port.protocol) for port in each.exposed] == [
        (8000, "tcp"),
        (53, "udp"),
        (9000, "tcp"),
        (70, "tcp"),
        (71, "tcp"),
    ]
    assert [base.image.tag for base in each.bases() if base.image] == ["3.13-slim"]
    assert each.user
    assert each.user[0] == "app"
    assert each.command
    assert each.command.arguments.text == "serve --port $PORT"
    assert each.healthcheck
    assert each.entrypoint is None
    assert (each.context, each.certain) == ("", True)


def test_contexts_come_from_compose_and_workflows() -> None:
    there = repository(
        {
            ".github/workflows/a.yml": WORKFLOW,
            "compose.yaml": "services: {a: {build: api}, b: {build: {context: .., dockerfile: x}}}",
            "docker/web.Dockerfile": "FROM x:1\n",
            "docker/Dockerfile.worker": "FROM x:1\n",
            "api/Dockerfile": "FROM x:1\n",
        }
    )
    assert build_contexts(there) == {
        "api/Dockerfile": ("api",),
        "docker/web.Dockerfile": ("",),
        "docker/Dockerfile.worker": ("worker",),
    }
    assert {each.path: (each.context, each.certain) for each in dockerfiles(there)} == {
        "api/Dockerfile": ("api", True),
        "docker/web.Dockerfile": ("", True),
        "docker/Dockerfile.worker": ("worker", True),
    }


def test_a_context_is_guessed_by_what_is_copied() -> None:
    files = {"docker/app/Dockerfile": "FROM x:1\nCOPY src/a b /\n", "src/a": "", "b": ""}
    each = built(files, "docker/app/Dockerfile")
    assert (each.context, each.certain) == ("", False)


def test_names_of_dockerfiles() -> None:
    names = {
        "Dockerfile": True,
        "a/Dockerfile.prod": True,
        "web.Dockerfile": True,
        "dockerfile": True,
        "Containerfile": True,
        "Dockerfile-alpine": True,
        "Dockerfile.j2": False,
        ".dockerignore": False,
        "Dockerfile.dockerignore": False,
        "dockerfile.py": False,
        "NotADockerfile": False,
        "Dockerfile.d/x": False,
    }
    assert {name: is_dockerfile(name) for name in names} == names


def test_path_facts_travel_between_processes() -> None:
    there = repository({"Dockerfile": DOCKERFILE})
    known = parsed(there, "Dockerfile")
    assert pickle.loads(pickle.dumps(known)) == known
    calls = run_commands(there, "Dockerfile")
    assert [each.command.program for each in pickle.loads(pickle.dumps(calls))] == ["a", "b"]
