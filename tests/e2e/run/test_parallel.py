# ruff: noqa: E501  workflows stay as people write them
"""Steps in the background: `background`, `wait`, `wait-all`, `cancel` and `parallel`."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.run.harness import alive, steps


def test_what_a_background_step_did_counts_where_it_is_waited_for(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - id: behind
          background: true
          run: |
            echo "x=1" >> "$GITHUB_OUTPUT"; echo "A=a" >> "$GITHUB_ENV"; echo /odd >> "$GITHUB_PATH"
            while ! test -e go; do sleep 0.01; done
            touch done
        - run: echo "[${{ steps.behind.outputs.x }}] [$A]"; touch go; while ! test -e done; do sleep 0.01; done
        - wait: behind
        - run: echo "[${{ steps.behind.outputs.x }}] [$A] ${{ steps.behind.outcome }} ${PATH%%:*}"
        """,
    )
    assert ran.steps() == "success success success success"
    assert ran.out(1) == "[] []\n"
    assert ran.out(3) == "[1] [a] success /odd\n"


def test_steps_beside_each_other(tmp_path: Path) -> None:
    """Each waits for the other: one after the other they would never end."""
    ran = steps(
        tmp_path,
        """
        - parallel:
            - {id: one, run: "touch 1; while ! test -e 2; do sleep 0.01; done; echo o=1 >> $GITHUB_OUTPUT"}
            - {id: two, run: "touch 2; while ! test -e 1; do sleep 0.01; done"}
        - run: echo "${{ steps.one.outputs.o }} ${{ steps.two.outcome }}"
        """,
    )
    assert ran.result == "success"
    assert ran.out(len(ran.job().steps) - 1) == "1 success\n"


def test_a_background_step_that_fails(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - {id: bad, background: true, run: exit 4}
        - run: sleep 0.1
        - {wait: [bad]}
        - run: echo never
        - if: failure()
          run: echo ${{ steps.bad.outcome }}
        """,
    )
    found = ran.steps().split()
    assert ran.result == "failure"
    assert (found[0], found[1], found[3], found[4]) == ("failure", "success", "skipped", "success")
    assert ran.out(4) == "failure\n"


def test_a_tolerated_background_step(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - {id: bad, background: true, continue-on-error: true, run: exit 4}
        - wait-all:
        - run: echo ${{ steps.bad.outcome }} ${{ steps.bad.conclusion }}
        """,
    )
    assert ran.result == "success"
    assert ran.out(2) == "failure success\n"


def test_what_nobody_waits_for_is_waited_for_at_the_end(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - {id: late, background: true, run: "sleep 0.3; exit 2"}
        - run: 'true'
        """,
    )
    assert (ran.result, ran.steps()) == ("failure", "failure success")


def test_a_background_step_that_is_cancelled_fails_nothing(tmp_path: Path) -> None:
    ran = steps(
        tmp_path,
        """
        - id: server
          background: true
          run: |
            echo $$ > "$GITHUB_WORKSPACE/pid"
            trap 'echo asked > "$GITHUB_WORKSPACE/asked"; exit 0' INT
            while true; do sleep 0.02; done
        - run: while ! test -s pid; do sleep 0.01; done; sleep 0.1
        - cancel: server
        - run: echo "${{ steps.server.outcome }} ${{ job.status }} $(cat asked) $(cat pid)"
        """,
    )
    assert ran.result == "success", ran.logs()
    outcome, status, asked, pid = ran.out(3).split()
    assert (outcome, status, asked) == ("cancelled", "success", "asked")
    assert not alive(int(pid))


def test_at_most_ten_at_once(tmp_path: Path) -> None:
    body = "\n".join(
        f"- {{background: true, run: 'echo + >> log; sleep 0.1; echo - >> log'}}  # {n}"
        for n in range(14)
    )
    ran = steps(tmp_path, f"{body}\n- wait-all:\n- run: cat log\n")
    now = most = 0
    for mark in ran.out(15).split():
        now += 1 if mark == "+" else -1
        most = max(most, now)
    assert ran.result == "success" and now == 0 and 2 < most <= 10
