"""Concurrency groups across processes, and cancelling: which steps run still, and what is sent."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from placid.app.running import known_actions, opened
from placid.app.sites import site
from placid.base.errors import Conflict
from placid.core.pipeline.asked import Asked
from placid.core.pipeline.facts import Approved, CancelAsked
from placid.faces.running.reports import RunReport
from tests.e2e.run.harness import Repository, alive, heard_word, here, jobs, whole


class Started:
    """`placid run` under way."""

    def __init__(self, there: Repository, number: int, *words: str) -> None:
        self.report = there.folder / f".report-{number}.json"
        self.process = there.start("--report", str(self.report), *words)

    def ended(self) -> RunReport:
        """Its report; it must end by itself."""
        self.process.communicate(timeout=60)
        return msgspec.json.decode(self.report.read_bytes(), type=RunReport)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.01)


WAITING = """
a:
  steps:
    - run: |
        touch "{there}/begun-$GITHUB_RUN_NUMBER"
        while ! test -e "{there}/go-$GITHUB_RUN_NUMBER"; do sleep 0.02; done
    - if: cancelled()
      run: echo cancelled
"""


def test_a_run_waits_for_its_group_and_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    text = whole(WAITING.format(there=tmp_path), "on: push\nconcurrency: deploy")
    there = here(tmp_path / "r", text)
    first = Started(there, 1)
    until((tmp_path / "begun-1").exists)
    second = Started(there, 2, "--log", "none")
    _told(second, "the concurrency group deploy is taken")
    third = Started(there, 3)
    replaced = second.ended()
    assert (replaced.result, replaced.jobs) == ("cancelled", [])
    assert "took its place" in replaced.why
    assert not (tmp_path / "begun-2").exists()
    assert first.process.poll() is None
    (tmp_path / "go-1").touch()
    assert first.ended().result == "success"
    until((tmp_path / "begun-3").exists)
    (tmp_path / "go-3").touch()
    assert third.ended().result == "success"


def _told(started: Started, text: str) -> None:
    out = started.process.stdout
    assert out is not None
    for line in out:
        if text.encode() in line:
            return
    raise AssertionError(f"it never said {text!r}")


def test_a_newer_run_cancels_what_is_in_progress(tmp_path: Path) -> None:
    text = whole(
        WAITING.format(there=tmp_path),
        "on: push\nconcurrency:\n  group: ${{ github.ref }}\n  cancel-in-progress: true",
    )
    there = here(tmp_path / "r", text)
    first = Started(there, 1)
    until((tmp_path / "begun-1").exists)
    (tmp_path / "go-2").touch()
    second = Started(there, 2)
    cancelled = first.ended()
    assert cancelled.result == "cancelled"
    assert [step.outcome for step in cancelled.jobs[0].steps] == ["cancelled", "success"]
    assert second.ended().result == "success"


def test_the_group_of_a_job(tmp_path: Path) -> None:
    """The legs of one matrix in one group: one runs, the last of the others waits."""
    ran = jobs(
        tmp_path,
        """
        a:
          strategy: {fail-fast: false, matrix: {n: [1, 2, 3]}}
          concurrency: {group: "g-${{ github.event_name }}"}
          steps: [{run: sleep 0.2}]
        """,
        parallel=4,
    )
    assert ran.jobs == {"a (1)": "success", "a (2)": "cancelled", "a (3)": "success"}
    assert "took its place" in ran.job("a (2)").why


def test_a_job_in_the_group_of_its_run_is_cancelled(tmp_path: Path) -> None:
    text = whole("a:\n  concurrency: X\nb:", "on: push\nconcurrency: x")
    ran = here(tmp_path, text).run()
    assert ran.jobs == {"a": "cancelled", "b": "success"}
    assert "deadlock" in ran.job("a").why


def test_the_group_of_a_call(tmp_path: Path) -> None:
    inner = whole("i:\n  steps: [{run: sleep 0.1}]", "on: workflow_call")
    text = whole(
        """
        a:
          strategy: {max-parallel: 1, matrix: {n: [1, 2]}}
          uses: ./.github/workflows/inner.yml
        b:
          concurrency: g
          uses: ./.github/workflows/inner.yml
        """
    )
    ran = here(tmp_path, text, {".github/workflows/inner.yml": inner}).run(parallel=8)
    assert set(ran.jobs.items()) == {
        ("a (1) / i", "success"),
        ("a (2) / i", "success"),
        ("b / i", "success"),
    }
    second = next(each for each in ran.heard.order() if each.startswith("+a (2)/i"))
    found = ran.heard.order()
    assert found.index("-a (1)/i") < found.index(second)


CANCELLED = """
a:
  steps:
    - id: slow
      run: |
        trap 'echo INT >> {there}/signals; exit 3' INT
        trap 'echo TERM >> {there}/signals' TERM
        echo $$ > {there}/pid
        touch {there}/begun
        while true; do sleep 0.05; done
    - run: echo never
    - if: failure()
      run: echo no failure
    - if: cancelled()
      run: echo "${{{{ steps.slow.outcome }}}} ${{{{ job.status }}}}"
    - if: always()
      run: echo always
b:
  needs: a
c:
  needs: a
  if: always()
  steps: [{{run: "echo ${{{{ needs.a.result }}}}"}}]
d:
  needs: a
  if: cancelled()
"""


def test_an_interrupted_run(tmp_path: Path) -> None:
    there = here(tmp_path / "r", whole(CANCELLED.format(there=tmp_path)))
    run = Started(there, 1)
    until((tmp_path / "begun").exists)
    run.signal(signal.SIGINT)
    report = run.ended()
    assert (run.process.returncode, report.result) == (1, "cancelled")
    found = {job.id: job for job in report.jobs}
    outcomes = [step.outcome for step in found["a"].steps]
    assert outcomes == ["cancelled", "skipped", "skipped", "success", "success"]
    results = {name: job.result for name, job in found.items()}
    assert results == {"a": "cancelled", "b": "skipped", "c": "success", "d": "success"}
    assert (tmp_path / "signals").read_text() == "INT\n"
    assert "cancelled cancelled\n" in _log(there, found["a"].steps[3].log)
    assert not alive(int((tmp_path / "pid").read_text()))


def _log(there: Repository, path: str) -> str:
    return (there.folder / ".placid/runs/1" / path).read_text()


def test_a_second_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    text = """
    a:
      steps:
        - if: always()
          run: |
            trap '' INT TERM
            echo $$ > {there}/pid
            touch {there}/begun
            while true; do sleep 0.05; done
    """
    there = here(tmp_path / "r", whole(text.format(there=tmp_path)))
    run = there.start()
    until((tmp_path / "begun").exists)
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 130
    assert not alive(int((tmp_path / "pid").read_text()))


GUARDED = "app: shop\nenvironments: {production: {approve: true}}\n"


def _says(there: Repository, run: int, *said: Approved | CancelAsked) -> None:
    """Write what somebody says into a run that another process carries."""
    place, asked = site(there.folder), Asked(there.folder)
    with opened(place, known_actions(place, asked), heard_word) as runs:
        stream = runs.stream(run)
        for fact in said:
            while True:  # the run itself may have written in between
                with suppress(Conflict):
                    runs.ledger.append(stream, runs.ledger.end(stream), [msgspec.json.encode(fact)])
                    break


@pytest.mark.parametrize("refused", [False, True])
def test_somebody_opens_an_environment_or_does_not(tmp_path: Path, refused: bool) -> None:
    text = whole("before:\na:\n  environment: production\nb:\n  needs: a")
    there = here(tmp_path, text, {"placid.yaml": GUARDED})
    run = Started(there, 1)
    _told(run, "somebody must open production")
    _says(there, 1, Approved("production", "ada", datetime.now(UTC), refused=refused))
    report = run.ended()
    results = {job.id: job.result for job in report.jobs}
    opened_one = {"before": "success", "a": "success", "b": "success"}
    assert results == ({**opened_one, "a": "failure", "b": "skipped"} if refused else opened_one)


def test_another_process_cancels(tmp_path: Path) -> None:
    there = here(tmp_path / "r", whole(WAITING.format(there=tmp_path)))
    run = Started(there, 1)
    until((tmp_path / "begun-1").exists)
    _says(there, 1, CancelAsked("ada", "enough", datetime.now(UTC)))
    report = run.ended()
    assert (report.result, run.process.returncode) == ("cancelled", 1)
    assert [step.outcome for step in report.jobs[0].steps] == ["cancelled", "success"]
