# ruff: noqa: E501  workflows stay as people write them
"""A secret that is planted in every place it can come to, in every form, is seen nowhere.

The repository's own files, and what its steps leave in their folders, are the user's: looked at is
all that placid writes (logs, ledger, reports, its output) and the arguments of its processes.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from placid.faces.running.reports import RunReport
from tests.e2e.run.harness import Repository, here, whole

PRINT = r"""
import base64, json, os, shlex, sys, urllib.parse
from xml.sax.saxutils import escape
s = os.environ["S"]
raw = s.encode()
forms = [raw, *(base64.b64encode(b"x" * n + raw + b"yy") for n in range(3)), base64.b64encode(raw)]
forms += [urllib.parse.quote(s, safe="").encode(), urllib.parse.quote(s).encode()]
forms += [json.dumps(s, ensure_ascii=False).encode(), escape(s).encode(), shlex.quote(s).encode()]
out = sys.stdout.buffer
for each in forms:
    out.write(b"<" + each + b">\n")
    for n in range(0, len(each), 7):  # in pieces, with pauses
        out.write(each[n : n + 7]); out.flush()
    out.write(b"\n")
    data = each.decode().replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for command in ("error", "warning", "notice", "debug", "group"):
        print(f"::{command}::{data}", flush=True)
    print(f"::error file={data},title={data}::x", flush=True)
    print(f"::set-output name=o::{data}", flush=True)
    print(f"::nonsense name={data}::{data}", flush=True)
    print(f"##[error]{data}", flush=True)
with open(os.environ["GITHUB_STEP_SUMMARY"], "ab") as file:
    file.write(b"\n".join(forms))
for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE"):
    with open(os.environ[name], "ab") as file:
        file.write(b"LATER<<E-N-D\n" + raw + b"\nE-N-D\n")
"""
WORKFLOW = whole(
    """
    a:
      outputs: {plain: "${{ steps.p.outputs.LATER }}", fixed: "${{ secrets.S }}", b64: "${{ steps.p.outputs.b64 }}", fine: fine}
      env: {JOB: "${{ secrets.S }}"}
      environment: {name: x, url: "https://example.com/${{ inputs.word }}"}
      steps:
        - uses: actions/checkout@v4
        - {id: p, name: "name ${{ secrets.S }}", run: python3 print.py, env: {S: "${{ secrets.S }}"}, continue-on-error: true}
        - {run: 'echo "${{ secrets.S }}"', continue-on-error: true}
        - {run: 'printf "%s\\n" "$LATER" "$JOB" "$OWN"; exit 3', env: {OWN: "x${{ secrets.S }}x"}, continue-on-error: true}
        - {run: "${{ fromJSON(secrets.S) }}", continue-on-error: true}
        - {uses: "./act", with: {given: "${{ secrets.S }}", "odd": "${{ secrets.S }}"}, continue-on-error: true}
        - {uses: "./none", continue-on-error: true, with: {x: "${{ secrets.S }}"}}
        - {shell: "nothing-such {0} ", run: "${{ secrets.S }}", continue-on-error: true}
        - {working-directory: "${{ secrets.S }}", run: "true", continue-on-error: true}
        - {run: 'printf "%s" "$JOB" >> "$GITHUB_ENV"', continue-on-error: true}
        - {run: 'printf "X<<%s\\n" "$JOB" >> "$GITHUB_OUTPUT"', continue-on-error: true}
        - {run: 'echo "::add-matcher::$JOB"; echo "::stop-commands::$JOB"', continue-on-error: true}
        - {run: 'M="made-$(date +%N | head -c 1)up-value"; echo "::add-mask::$M"; echo "$M" | tee >(base64)', shell: bash}
        - {background: true, id: behind, run: 'echo "$JOB"; sleep 0.05', env: {B: "${{ secrets.S }}"}}
        - {wait: behind}
        - {if: "fromJSON(env.JOB)", run: "true", continue-on-error: true}
    m:
      name: job ${{ matrix.x }} ${{ inputs.word }}
      needs: a
      if: always()
      strategy: {matrix: {x: ["${{ inputs.word }}", "b"]}}
      outputs: {o: "${{ matrix.x }}"}
      steps:
        - {name: "in ${{ inputs.word }} ${{ matrix.x }}", run: 'echo "$W"', env: {W: "${{ inputs.word }}"}}
    skipped:
      name: not ${{ inputs.word }}
      if: inputs.word == 'no such'
    bad:
      name: bad ${{ inputs.word }}
      strategy: {matrix: "${{ fromJSON(inputs.word) }}"}
    call:
      uses: ./.github/workflows/called.yml
      with: {word: "${{ inputs.word }}"}
      secrets: {INNER: "${{ secrets.S }}"}
    """,
    "on: {workflow_dispatch: {inputs: {word: {type: string}}}}",
)
CALLED = """
on:
  workflow_call:
    inputs: {word: {type: string}}
    secrets: {INNER: {required: true}}
    outputs: {o: {value: "${{ inputs.word }}"}}
jobs:
  c:
    name: c ${{ inputs.word }}
    runs-on: x
    steps: [{run: 'echo "$I"; exit 2', env: {I: "${{ secrets.INNER }}"}}]
"""
ACTION = """
inputs: {given: {}}
outputs: {o: {value: "${{ inputs.given }}"}}
runs:
  using: composite
  steps:
    - {run: 'echo "$G"; exit 1', shell: bash, env: {G: "${{ inputs.given }}"}}
"""


def forms(secret: str) -> Iterator[bytes]:
    """All forms that must be nowhere: of the whole, and of the lines of a text."""
    lines = [line for line in secret.splitlines() if len(line) >= 6]
    for each in {secret, *lines}:
        raw = each.encode()
        yield raw
        yield quote(each, safe="").encode()
        yield escape(each).encode()
        yield json.dumps(each, ensure_ascii=False)[1:-1].encode()
        yield json.dumps(each)[1:-1].encode()
        for shift in range(3):
            coded = base64.b64encode(b"x" * shift + raw).rstrip(b"=")
            if len(raw) > 8:
                yield coded[4 if shift else 0 : -2]


class Watch:
    """The arguments of all processes below one, as long as it runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.seen: set[bytes] = set()
        self._process, self._over = process, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.003):
            for pid in _below(self._process.pid):
                try:
                    self.seen.add(Path(f"/proc/{pid}/cmdline").read_bytes())
                except OSError:
                    continue

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


def _below(pid: int) -> list[int]:
    """A process and its children; theirs are the user's own."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _written(there: Repository, folder: Path) -> Iterator[tuple[str, bytes]]:
    """All that placid has written."""
    for root in (there.folder / ".placid", folder):
        for path in root.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()
            yield str(path), os.fsencode(path)


def leaks(folder: Path, secret: str, *more: str, **files: str) -> list[str]:
    """Run the workflow with a secret; where one of its forms is seen."""
    there = here(
        folder / "repo",
        WORKFLOW,
        {
            ".github/workflows/called.yml": CALLED,
            "act/action.yml": ACTION,
            "print.py": PRINT,
            **files,
        },
    )
    out = folder / "out"
    out.mkdir()
    event = folder / "event.json"
    event.write_text(json.dumps({"inputs": {"word": secret}}))
    reports = ("--report", f"{out}/r.json", "--junit", f"{out}/j.xml", "--summary", f"{out}/s.md")
    asked = ("-w", "ci.yml", "--event", "workflow_dispatch", "--event-file", str(event))
    process = there.start(
        *asked, "-s", "S=$PLANTED", *reports, *more, PLANTED=secret, GITHUB_ACTIONS=""
    )
    watch = Watch(process)
    shown, _ = process.communicate(timeout=120)
    watch.stop()
    assert process.returncode == 1, shown.decode()
    report = msgspec.json.decode((out / "r.json").read_bytes(), type=RunReport)
    assert [step.outcome for step in report.jobs[0].steps].count("skipped") == 0, report
    places = [("output", shown), *(("argv", each) for each in watch.seen), *_written(there, out)]
    wanted = set(forms(secret))
    return [f"{form!r} in {name}" for name, data in places for form in wanted if form in data]


LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="\0")
SECRETS = st.one_of(
    st.text(st.sampled_from("abcdefghij0123456789"), min_size=12, max_size=30),
    st.text(LETTERS, min_size=12, max_size=20),
    st.builds("{}\n{}\n".format, st.text(LETTERS, min_size=9), st.text(LETTERS, min_size=9)),
    st.builds('{{"key": "{}"}}'.format, st.text(st.sampled_from("abc/+=&<>'%$ "), min_size=9)),
)


@settings(
    max_examples=4,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(secret=SECRETS)
def test_a_secret_is_seen_nowhere(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    assert leaks(tmp_path_factory.mktemp("secret"), secret) == []


@pytest.mark.parametrize(
    ("secret", "more"),
    [
        ("pl4nted+value/with=signs&<more>", ("--json",)),
        ("-----BEGIN KEY-----\nabcdef/+ghijkl012345\nmnopqr==stuvwx\n-----END KEY-----\n", ()),
        ("quo\"ted \\back\\slash 'single' $HOME `x`", ("--json",)),
        ('{"json": "pl4nted-inner", "list": [1, 2]}', ("--log", "failed")),
        ("ünï-köde-漢字-🎉-value", ()),
    ],
)
def test_secrets_of_odd_shapes(tmp_path: Path, secret: str, more: tuple[str, ...]) -> None:
    assert leaks(tmp_path, secret, *more) == []


def test_a_secret_in_containers(tmp_path: Path, image: str) -> None:
    text = whole(
        f"""
        a:
          container: {{image: {image}, env: {{T: "${{{{ secrets.S }}}}"}}, credentials: {{username: u, password: "${{{{ secrets.S }}}}"}}}}
          services: {{web: {{image: {image}, command: "sleep 60", env: {{T: "${{{{ secrets.S }}}}"}}}}}}
          steps:
            - run: echo "$T $U"
              env: {{U: "${{{{ secrets.S }}}}"}}
            - uses: docker://{image}
              with: {{entrypoint: /bin/echo, args: "x"}}
              env: {{U: "${{{{ secrets.S }}}}"}}
        """
    )
    secret = "c0ntainer-value-0123456789"
    there = here(tmp_path / "repo", text, git=True)
    out = tmp_path / "out"
    out.mkdir()
    process = there.start("-s", "S=$PLANTED", "--report", f"{out}/r.json", PLANTED=secret)
    watch = Watch(process)
    shown, _ = process.communicate(timeout=120)
    watch.stop()
    assert process.returncode == 0, shown.decode()
    places = [("output", shown), *(("argv", each) for each in watch.seen), *_written(there, out)]
    assert [name for name, data in places for form in forms(secret) if form in data] == []
    assert b"***" in shown and sys.version
