"""`placid check` as people run it: on a real git repository, through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from placid.faces.cli import cli
from tests.edge.real_git import git

BROKEN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.org/web:1.0
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: htp}}
"""
RULE = "kubernetes/undeclared-probe-port"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "web.yaml").write_text(BROKEN)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*words: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--no-secrets", *words], catch_exceptions=True)


def found(*words: str) -> list[dict[str, object]]:
    result = check("--format", "json", "--rule", RULE, *words)
    page: dict[str, list[dict[str, object]]] = json.loads(result.stdout)
    return page["findings"]


@pytest.mark.promise("check")
def test_a_finding_is_shown_underlined_and_decides_the_exit_code(repository: Path) -> None:
    result = check("--rule", RULE)
    assert "web.yaml:13:58" in result.stdout
    assert "^^^" in result.stdout
    assert RULE in result.stdout
    assert result.exit_code == 1
    assert check("--rule", RULE, "--fail-on", "never").exit_code == 0
    (repository / "web.yaml").write_text(BROKEN.replace("htp", "http"))
    assert check("--rule", RULE).exit_code == 0


def test_json_says_where_in_lines_and_columns(repository: Path) -> None:
    (one,) = found()
    assert one["rule"] == RULE
    assert one["at"] == [
        {"path": "web.yaml", "start": {"line": 13, "col": 58}, "end": {"line": 13, "col": 61}}
    ]
    assert set(one) >= {"severity", "confidence", "message", "fix", "fingerprint"}


def test_every_format_tells_of_the_finding(repository: Path) -> None:
    for name in ("sarif", "github", "junit", "markdown"):
        result = check("--format", name, "--rule", RULE)
        assert "web.yaml" in result.stdout, name
        assert RULE in result.stdout, name
    sarif = json.loads(check("--format", "sarif", "--rule", RULE).stdout)
    (run,) = sarif["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 13, "startColumn": 58, "endLine": 13, "endColumn": 61}
    suites = ElementTree.fromstring(check("--format", "junit", "--rule", RULE).stdout)
    assert suites.get("tests") == "1"
    command = check("--format", "github", "--rule", RULE).stdout
    assert command.startswith("::error file=web.yaml,line=13,")


def test_the_fingerprint_stays_when_lines_move(repository: Path) -> None:
    (before,) = found()
    (repository / "web.yaml").write_text("# one\n# two\n---\n" + BROKEN)
    (after,) = found()
    assert before["fingerprint"] == after["fingerprint"]
    assert before["at"] != after["at"]


def test_an_ignore_counts_with_a_reason_only(repository: Path) -> None:
    line = "          readinessProbe:"
    comment = f"          # placid: ignore[{RULE}]"
    (repository / "web.yaml").write_text(BROKEN.replace(line, f"{comment}\n{line}"))
    assert len(found()) == 1
    assert "write the reason" in check("--all", "--rule", RULE).stdout
    (repository / "web.yaml").write_text(
        BROKEN.replace(line, f"{comment} a sidecar adds it\n{line}")
    )
    assert found() == []
    assert check("--rule", RULE).exit_code == 0


def test_settings_ignore_exclude_and_lower_the_limit(repository: Path) -> None:
    settings = repository / "placid.yaml"
    settings.write_text(f"check:\n  ignore:\n    {RULE}: {{reason: a sidecar adds it}}\n")
    assert found() == []
    settings.write_text(f"check:\n  ignore:\n    {RULE}: {{reason: later, paths: [docs/]}}\n")
    assert len(found()) == 1
    settings.write_text("check: {exclude: ['*.yaml']}\n")
    assert found() == []
    settings.write_text("check: {exclud: ['*.yaml']}\n")
    result = check()
    assert result.exit_code != 0
    assert 'unknown key "exclud"' in str(result.exception)


def test_a_baseline_lets_pass_what_was_there_before(repository: Path) -> None:
    assert check("--write-baseline").exit_code == 0
    baseline = repository / ".placid-baseline.json"
    assert RULE in baseline.read_text()
    assert found() == []
    assert len(found("--no-baseline")) == 1
    git(repository, "mv", "web.yaml", "other.yaml")
    assert len(found()) == 1
    baseline.write_text("{")
    result = check()
    assert "is no baseline" in str(result.exception)


def test_since_looks_at_changed_files_only(repository: Path) -> None:
    git(repository, "checkout", "-qb", "topic")
    assert found("--since", "main") == []
    (repository / "new.yaml").write_text(BROKEN)
    assert [at["path"] for each in found("--since", "main") for at in places(each)] == ["new.yaml"]
    assert "no common ancestor" in str(check("--since", "nowhere").exception)


def places(finding: dict[str, object]) -> list[dict[str, object]]:
    page: list[dict[str, object]] = json.loads(json.dumps(finding["at"]))
    return page


def test_single_files_outside_of_any_repository(tmp_path: Path) -> None:
    alone = tmp_path / "alone.yaml"
    alone.write_text(BROKEN)
    (one,) = found(str(alone))
    assert places(one)[0]["path"] == "alone.yaml"
    result = check(str(tmp_path / "missing.yaml"))
    assert "there is no" in str(result.exception)


def test_what_git_ignores_is_not_looked_at(repository: Path) -> None:
    (repository / ".gitignore").write_text("generated/\n")
    (repository / "generated").mkdir()
    (repository / "generated/web.yaml").write_text(BROKEN)
    (repository / "fresh.yaml").write_text(BROKEN)
    assert {str(places(each)[0]["path"]) for each in found()} == {"web.yaml", "fresh.yaml"}


def test_a_page_for_each_rule_and_a_list_of_them(repository: Path) -> None:
    assert "Why" in check("--explain", RULE).stdout
    unknown = check("--explain", "kubernetes/undeclared-prob-port")
    assert RULE in str(getattr(unknown.exception, "fix", ""))
    listed = json.loads(CliRunner().invoke(cli, ["rules", "--json"]).stdout)
    assert RULE in {each["name"] for each in listed}
    assert all(each["docs"] and each["severity"] for each in listed)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfea\x00:\x00",
        b"\xef\xbb\xbfapiVersion: v1\r\nkind: Service\r\n",
        b"apiVersion: v1\nkind:\tPod\n\t- x\n",
        b"apiVersion: \xe9\xff\nkind: Pod\n",
        b"apiVersion: v1\nkind: Pod\n" + b"[" * 5000,
        b"apiVersion: v1\nkind: Pod\na: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (i + 1, i + 1, b",".join([b"*%c" % i] * 9)) for i in range(97, 110)
        ),
    ],
)
def test_garbage_is_no_reason_to_fall_over(repository: Path, data: bytes) -> None:
    for name in ("a.yaml", "Dockerfile", ".github/workflows/a.yml", "package.json", ".env"):
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    result = check("--format", "json")
    assert result.exit_code in {0, 1}, result.exception
    json.loads(result.stdout)


def test_it_is_the_same_command_from_a_subfolder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    (one,) = found()
    assert places(one)[0]["path"] == "web.yaml"


def test_a_secret_is_shown_by_no_format_and_no_difference(repository: Path) -> None:
    secret = "ghp_" + "q7Zt2LmX9wRv4KpD" + "8sNf3HjB6yCg1TaE0uVi"
    (repository / "compose.yaml").write_text(
        f"services:\n  web:\n    image: web:1.0\n    environment:\n      API_TOKEN: {secret}\n"
    )
    (repository / "Dockerfile").write_text(
        f"FROM debian:12\nENV API_TOKEN={secret}\nMAINTAINER me\nADD app.sh /app.sh\n"
    )
    (repository / "app.sh").write_text("echo\n")
    formats = ("text", "json", "sarif", "github", "junit", "markdown")
    told = [check("--format", name, "--all").stdout for name in formats]
    told.append(check("--diff", "--unsafe").stdout)
    assert "Dockerfile" in told[-1]
    assert all(secret not in text and secret[8:30] not in text for text in told)
    assert any("API_TOKEN" in text for text in told)


WORKFLOW = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.head_commit.message }}
      - run: echo "::set-output name=a::1"
        shel: bash
"""


def test_a_workflow_is_one_wherever_it_lies_when_it_is_named(tmp_path: Path) -> None:
    alone = tmp_path / "some-flow.yml"
    alone.write_text(WORKFLOW)
    other = tmp_path / "other.yaml"
    other.write_text("jobs: 1\n")
    result = check("--format", "json", str(alone), str(other))
    listed: list[dict[str, object]] = json.loads(result.stdout)["findings"]
    rules = {str(each["rule"]) for each in listed}
    assert {"pipeline/invalid-workflow", "zizmor/template-injection"} <= rules
    assert {str(at["path"]) for each in listed for at in places(each)} == {"some-flow.yml"}
    assert "workflows/" not in result.stdout
    (first,) = (each for each in listed if each["rule"] == "pipeline/invalid-workflow")
    assert places(first)[0]["start"] == {"line": 8, "col": 9}
    assert result.exit_code == 1
    before = alone.read_text()
    check("--fix", "--unsafe", str(alone))
    assert "GITHUB_OUTPUT" in alone.read_text() != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.yaml", "some-flow.yml"]
