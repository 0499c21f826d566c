"""zizmor itself, over small repositories on disk."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from placid.core.audit.audit import Said
from placid.core.audit.audit import findings as findings_of
from placid.core.audit.fixing import applied, chosen
from placid.core.audit.masking import showable
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Finding, Severity, Unknown
from placid.edge.scanners import zizmor
from placid.edge.tree import tree_at
from tests.audit.trees import TODAY

CI = ".github/workflows/ci.yml"
INJECTED = """\
name: ci
on:
  pull_request_target:
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      # ü: more bytes than characters
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - uses: foo/bar@v1   # kept
      - run: |
          echo "é ${{ github.event.pull_request.title }}"
          echo "${{ github.event.pull_request.body }}"
          echo ok
      - name: last
        run: echo ${{ github.event.pull_request.body }}
        env:
          OWN: 1
"""


def written(root: Path, files: Mapping[str, str]) -> Repository:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return Repository(tree_at(root), TODAY)


def said(
    root: Path, there: Repository, *, fixes: bool = False, network: bool = False
) -> list[Said]:
    running = zizmor.start(root, there.paths)
    return list(running.finish(there, fixes=fixes, network=network))


def found(root: Path, files: Mapping[str, str], *, fixes: bool = False) -> list[Finding]:
    there = written(root, files)
    return findings_of(there, said(root, there, fixes=fixes))


def of(findings: list[Finding], audit: str) -> list[Finding]:
    return [each for each in findings if each.rule == f"zizmor/{audit}"]


def shown(there: Repository, finding: Finding) -> str:
    path, span = finding.at[0]
    return (there.text(path) or "")[span.start : span.end]


def test_places_count_characters(tmp_path: Path) -> None:
    there = written(tmp_path, {CI: INJECTED})
    findings = findings_of(there, said(tmp_path, there))
    injected = of(findings, "template-injection")
    assert [shown(there, each) for each in injected] == [
        "github.event.pull_request.title",
        "github.event.pull_request.body",
        "github.event.pull_request.body",
    ]
    assert [shown(there, each) for each in of(findings, "unpinned-uses")] == [
        "actions/checkout@v4",
        "foo/bar@v1",
    ]
    assert all(len(each.at) == 2 for each in injected)  # the script, then its `run`


def test_high_is_for_holes(tmp_path: Path) -> None:
    findings = found(tmp_path, {CI: INJECTED})
    high = {each.rule for each in findings if each.severity == Severity.HIGH}
    assert high == {"zizmor/template-injection", "zizmor/dangerous-triggers"}
    assert {each.severity for each in of(findings, "unpinned-uses")} == {Severity.MEDIUM}
    assert {each.severity for each in of(findings, "artipacked")} == {Severity.LOW}
    assert len({each.action for each in of(findings, "unpinned-uses")}) == 1


def test_a_risky_trigger_alone_is_not_high(tmp_path: Path) -> None:
    text = "on: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    steps:\n"
    findings = found(tmp_path, {CI: text + "      - run: echo hi\n"})
    assert [each.severity for each in of(findings, "dangerous-triggers")] == [Severity.MEDIUM]


def test_a_job_that_pushes_keeps_its_token(tmp_path: Path) -> None:
    job = (
        "  {0}:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: {1}\n"
    )
    text = "on: push\npermissions: {}\njobs:\n"
    text += job.format("one", "git push") + job.format("two", "make")
    findings = of(found(tmp_path, {CI: text}, fixes=True), "artipacked")
    assert [each.confidence for each in findings] == [Confidence.LOW, Confidence.LOW]
    assert [each.fix is not None for each in findings] == [False, True]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fixes_end_and_stay_minimal(tmp_path: Path, end: str) -> None:
    before = INJECTED.replace("\n", end)
    there = written(tmp_path, {CI: before})
    findings = findings_of(there, said(tmp_path, there, fixes=True))
    repairs = chosen(findings, unsafe=True)
    assert {each.rule for each in repairs} == {"zizmor/template-injection", "zizmor/artipacked"}
    assert not any(each.fix and each.fix.safe for each in repairs)
    after = applied(there, repairs)[CI]
    assert after.count("# kept") == 1
    assert "      # ü: more bytes than characters" in after
    there = written(tmp_path, {CI: after})
    left = findings_of(there, said(tmp_path, there, fixes=True))
    assert not of(left, "template-injection")
    assert not of(left, "artipacked")
    assert len(left) < len(findings)
    assert not chosen(left, unsafe=True)


def test_one_fix_alone_is_whole(tmp_path: Path) -> None:
    there = written(tmp_path, {CI: INJECTED})
    findings = findings_of(there, said(tmp_path, there, fixes=True))
    for each in of(findings, "template-injection"):
        after = applied(there, [each])[CI]
        assert after.count("${GITHUB_EVENT") == after.count("GITHUB_EVENT") / 2


def test_its_own_ignores_and_settings_count(tmp_path: Path) -> None:
    text = INJECTED.replace("bar@v1   # kept", "bar@v1 # zizmor: ignore[unpinned-uses]")
    settings = "rules:\n  template-injection:\n    disable: true\n"
    findings = found(tmp_path, {CI: text, ".github/zizmor.yml": settings}, fixes=True)
    assert len(of(findings, "unpinned-uses")) == 1
    assert not of(findings, "template-injection")


def test_dependabot_and_actions_are_read(tmp_path: Path) -> None:
    bot = "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n"
    bot += "    schedule: {interval: weekly}\n"
    action = "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n"
    action += "    - run: echo ${{ github.head_ref }}\n      shell: bash\n"
    findings = found(tmp_path, {".github/dependabot.yml": bot, "a/action.yml": action}, fixes=True)
    assert {each.rule for each in findings} >= {
        "zizmor/dependabot-cooldown",
        "zizmor/template-injection",
    }
    assert all(each.fix for each in of(findings, "dependabot-cooldown"))


def test_what_it_cannot_read_is_unknown(tmp_path: Path) -> None:
    there = written(tmp_path, {CI: "jobs: 3\n", ".github/workflows/b.yml": "a: [\n"})
    doubts = [each.hit for each in said(tmp_path, there)]
    assert all(isinstance(each, Unknown) for each in doubts)
    assert len(doubts) == 2
    assert [each.at[0].path for each in doubts if each.at] == [CI]


def test_nothing_to_read_starts_nothing(tmp_path: Path) -> None:
    running = zizmor.start(tmp_path, ["src/main.py", "docs/workflows/ci.yml"])
    assert running.program is None
    assert not list(running.finish(written(tmp_path, {})))


def test_tags_become_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = tmp_path / "hosts" / "foo" / "bar"
    origin.mkdir(parents=True)

    def git(*words: str) -> str:
        ran = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", str(origin), *words],
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    git("tag", "-a", "v1", "-m", "an annotated tag")
    commit = git("rev-parse", "HEAD")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{tmp_path}/hosts/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://github.com/")
    text = INJECTED.replace("actions/checkout@v4", '"foo/bar/sub@v1"')
    there = written(tmp_path / "work", {CI: text})
    findings = findings_of(there, said(tmp_path / "work", there, network=True))
    repairs = chosen(findings, unsafe=False)
    assert [each.rule for each in repairs] == ["zizmor/unpinned-uses"] * 2
    after = applied(there, repairs)[CI]
    assert f'      - uses: "foo/bar/sub@{commit}" # v1\n' in after
    assert f"      - uses: foo/bar@{commit} # v1   # kept\n" in after
    there = written(tmp_path / "work", {CI: after})
    left = findings_of(there, said(tmp_path / "work", there, network=True))
    assert not of(left, "unpinned-uses")


def test_a_password_in_a_workflow_is_not_told(tmp_path: Path) -> None:
    text = (
        "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: x\n    container:\n      image: a:1\n"
    )
    text += "      credentials:\n        username: u\n        password: hunter2isnotsafe\n"
    there = written(tmp_path, {CI: text + "    steps:\n      - run: make\n"})
    findings = findings_of(there, said(tmp_path, there))
    assert of(findings, "hardcoded-container-credentials")[0].severity == Severity.HIGH
    assert "hunter2" not in repr([each.message for each in findings])
    assert "hunter2is" not in (showable(there, CI, findings) or "")
