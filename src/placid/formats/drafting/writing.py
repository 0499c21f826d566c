"""Jobs as the YAML that a person would write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from placid.formats.drafting.pins import pinned
from placid.formats.drafting.toolchain import Step

RUNNER = "ubuntu-24.04"
CHECKOUT = Step(action="actions/checkout", inputs=(("persist-credentials", "false"),))


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its id; `condition`, `environment` and `comment` may be "". Minutes at most."""

    id: str
    steps: tuple[Step, ...]
    minutes: int
    needs: tuple[str, ...] = ()
    condition: str = ""
    environment: str = ""
    comment: tuple[str, ...] = ()
    token: bool = True


def workflow(name: str, branch: str, folder: str, jobs: Sequence[Job]) -> str:
    """The text of the file; `folder` ("" or "backend/") is where commands run."""
    lines = [
        "# Written by placid init --workflow; it is yours now. Run it here: placid run",
        f"name: {name}",
        "",
        "on:",
        "  push:",
        f"    branches: [{_scalar(branch)}]",
        "  pull_request:",
        "",
        "permissions:",
        "  contents: read",
        "",
        "concurrency:",
        "  group: ${{ github.workflow }}-${{ github.ref }}",
        "  cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
        "",
    ]
    if folder:
        lines += [
            "defaults:",
            "  run:",
            f"    working-directory: {_scalar(folder.rstrip('/'))}",
            "",
        ]
    lines.append("jobs:")
    for job in jobs:
        lines += [*_job(job, bool(folder)), ""]
    return "\n".join(lines)


def _job(job: Job, below: bool) -> Iterable[str]:
    yield f"  {job.id}:"
    if job.needs:
        yield f"    needs: [{', '.join(job.needs)}]"
    if job.condition:
        yield f"    if: {job.condition}"
    yield f"    runs-on: {RUNNER}"
    yield f"    timeout-minutes: {job.minutes}"
    if job.environment:
        yield f"    environment: {job.environment}"
    if not job.token:
        yield "    permissions: {}"
    yield "    steps:"
    yield from (f"      # {line}" for line in job.comment)
    for step in job.steps:
        first, *rest = _step(step, below)
        yield f"      - {first}"
        yield from (f"        {line}" for line in rest)


def _step(step: Step, below: bool) -> Iterable[str]:
    if step.name:
        yield f"name: {step.name}"
    if step.action:
        yield f"uses: {pinned(step.action)}"
    if step.inputs:
        yield "with:"
        yield from (f"  {key}: {_input(value)}" for key, value in step.inputs)
    if step.env:
        yield "env:"
        yield from (f"  {key}: {value}" for key, value in step.env)
    if step.at_top and below:
        yield "working-directory: ."
    if len(step.commands) == 1 and _is_plain(step.commands[0]):
        yield f"run: {step.commands[0]}"
    elif step.commands:
        yield "run: |"
        yield from (f"  {line}" for each in step.commands for line in each.splitlines())


def _input(text: str) -> str:
    """Versions in quotes, so that 3.10 keeps its zero."""
    return f'"{text}"' if text[:1].isdigit() else _scalar(text)


def _is_plain(text: str) -> bool:
    return (
        "\n" not in text
        and (text[:1].isalnum() or text.startswith("./"))
        and text == text.strip()
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
    )


def _scalar(text: str) -> str:
    plain = all(char.isalnum() or char in "./_-" for char in text) and text[:1].isalpha()
    if plain or (text.startswith(".") and all(char.isalnum() or char in "./_-" for char in text)):
        return text
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
