"""Drafted workflows: GitHub takes them, placid check and zizmor have nothing against them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from placid.base.errors import Problem
from placid.core.audit.audit import ask, every_rule, findings
from placid.core.audit.rule import Area, Severity
from placid.formats.drafting import Draft, Service, draft, wanted
from placid.formats.drafting.pins import ACTIONS
from placid.formats.workflows import read_workflow, validate
from tests.audit.trees import repository
from tests.formats.drafts import KINDS, PYTEST

PATH = ".github/workflows/deploy.yml"
HOLLOW = {"shape: routes that are none"}  # its file of tests holds none
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


def drafted(
    files: dict[str, str], service: Service | None = None, path: str = PATH, branch: str = "main"
) -> Draft:
    texts = {name: text for name, text in files.items() if wanted(name)}
    return draft(sorted(files), texts, branch=branch, service=service, path=path)


def jobs(draft: Draft) -> dict[str, str]:
    """What each job runs and uses, a line each."""
    found = read_workflow(draft.text)
    assert found is not None
    return {
        job.id.text: "\n".join(
            (step.run.text if step.run else step.uses.text.partition("@")[0] if step.uses else "")
            for step in job.steps
        )
        for job in found.jobs
    }


@EVERY_KIND
def test_github_takes_it(kind: str) -> None:
    assert validate(drafted(KINDS[kind]).text) == []


@EVERY_KIND
def test_every_job_has_a_timeout_and_no_rights_to_write(kind: str) -> None:
    text = drafted(KINDS[kind]).text
    assert text.count("timeout-minutes:") == text.count("runs-on:")
    assert "write" not in text.replace("placid init --workflow", "")
    used = re.findall(r"uses: (\S+?)@(\S+) # (\S+)", text)
    assert used
    assert len(used) == text.count("uses:")
    assert all(ACTIONS[name] == (commit, version) for name, commit, version in used)


@EVERY_KIND
def test_placid_check_has_nothing_against_it(kind: str) -> None:
    areas = (Area.PIPELINE, Area.SECRETS, Area.DEPENDENCIES, Area.RUNTIME)
    there = repository({**KINDS[kind], PATH: drafted(KINDS[kind]).text})
    rules = [rule for _, rule in every_rule() if rule.area in areas]
    said = [each for rule in rules for each in ask(rule, there, there.paths)]
    assert [
        (each.rule, each.message)
        for each in findings(there, said)
        if each.severity >= Severity.MEDIUM
        and any(place.path == PATH for place in each.at)
        and kind not in HOLLOW
    ] == []


def test_this_repository_uses_the_same_pins() -> None:
    folder = Path(__file__).parents[2] / ".github" / "workflows"
    text = "".join(path.read_text() for path in folder.glob("*.yml"))
    used = re.findall(r"uses: (\S+?)@(\S+) # (\S+)", text)
    assert used
    assert [each for each in used if ACTIONS[each[0]] != each[1:]] == []
    assert all(re.fullmatch(r"[0-9a-f]{40}", pin.commit) for pin in ACTIONS.values())


def test_zizmor_has_nothing_against_any(tmp_path: Path) -> None:
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    if zizmor is None:
        pytest.skip("zizmor is not installed: make dev-lock")
    for number, files in enumerate(KINDS.values()):
        folder = tmp_path / str(number) / ".github/workflows"
        folder.mkdir(parents=True)
        (folder / "deploy.yml").write_text(drafted(files).text)
    argv = [zizmor, "--offline", "--no-progress", "--min-severity=medium", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_python_alone() -> None:
    draft = drafted(KINDS["python alone"])
    assert draft.text == snapshot("""\
# Written by placid init --workflow; it is yours now. Run it here: placid run
name: deploy

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}

jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - name: Test
        run: python -m unittest discover -s tests

  build:
    needs: [test]
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - name: Build
        run: python -m compileall -q .

  security-scan:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - name: Audit the workflow
        run: |
          python -m pip install zizmor==1.32.0
          zizmor --offline --min-severity medium .github/workflows/deploy.yml

  deploy:
    needs: [test, build, security-scan]
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: production
    permissions: {}
    steps:
      # Nothing is deployed from here: placid serve follows main, runs this workflow for
      # every commit, and deploys it when all of the above is green. See: placid status
      - name: Tell
        run: echo "placid serve deploys this commit." >> "$GITHUB_STEP_SUMMARY"
""")
    assert draft.sentences == snapshot(
        (
            "python: 3.13, as no file says which",
            "test: tests/test_shop.py uses unittest",
            "deploy: placid serve does it, the job only says so",
            "actions and tools are pinned: let Dependabot or Renovate keep them new",
        )
    )


def test_npm_with_what_placid_yaml_builds() -> None:
    draft = drafted(KINDS["npm"], Service("npm ci && npm run build"))
    assert draft.text == snapshot("""\
# Written by placid init --workflow; it is yours now. Run it here: placid run
name: deploy

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}

jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version-file: .nvmrc
          cache: npm
      - name: Install
        run: npm ci
      - name: Test
        run: |
          npm run lint
          npm test

  build:
    needs: [test]
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version-file: .nvmrc
          cache: npm
      - name: Build
        run: npm ci && npm run build

  security-scan:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with:
          node-version-file: .nvmrc
          cache: npm
      - name: Audit the workflow
        run: |
          python -m pip install zizmor==1.32.0
          zizmor --offline --min-severity medium .github/workflows/deploy.yml
      - name: Audit the dependencies
        run: npm audit --omit=dev --audit-level=high

  deploy:
    needs: [test, build, security-scan]
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    environment: production
    permissions: {}
    steps:
      # Nothing is deployed from here: placid serve follows main, runs this workflow for
      # every commit, and deploys it when all of the above is green. See: placid status
      - name: Tell
        run: echo "placid serve deploys this commit." >> "$GITHUB_STEP_SUMMARY"
""")
    assert draft.sentences == snapshot(
        (
            "node: .nvmrc says which",
            "install: package-lock.json",
            'test: package.json has the script test ("vitest run")',
            "deploy: placid serve does it, the job only says so",
            "actions and tools are pinned: let Dependabot or Renovate keep them new",
        )
    )


def test_kubernetes_waits_for_the_rollout_and_takes_it_back() -> None:
    draft = drafted(KINDS["kubernetes"])
    assert draft.text.partition("  deploy:\n")[2] == snapshot("""\
    needs: [test, build, security-scan]
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    environment: production
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - name: Deploy, and wait for the rollout
        env:
          CLUSTER: ${{ secrets.KUBECONFIG }}
        run: |
          test -n "$CLUSTER" || { echo "::error::no secret KUBECONFIG is set"; exit 1; }
          export KUBECONFIG="$RUNNER_TEMP/kubeconfig"
          (umask 077 && printf '%s\\n' "$CLUSTER" > "$KUBECONFIG")
          kubectl apply -f k8s
          kubectl rollout status deployment/web -n shop --timeout=5m ||
            { kubectl rollout undo deployment/web -n shop; exit 1; }
          kubectl rollout status deployment/worker -n shop --timeout=5m ||
            { kubectl rollout undo deployment/worker -n shop; exit 1; }
""")
    assert draft.sentences == snapshot(
        (
            "python: 3.13, as no file says which",
            "install: requirements.txt",
            "deploy: kubectl apply -f k8s, then the rollout of web, worker",
            "not known: no tests were found: the job only looks whether everything compiles",
            "not known: the environment production at GitHub needs the secret KUBECONFIG",
            "not known: the images that the manifests name are pushed by nothing in this workflow",
            "actions and tools are pinned: let Dependabot or Renovate keep them new",
        )
    )


@EVERY_KIND
def test_the_last_job_waits_for_all_others(kind: str) -> None:
    found = read_workflow(drafted(KINDS[kind]).text)
    assert found is not None
    *before, last = found.jobs
    assert last.id.text == "deploy"
    assert [each.text for each in last.needs] == [job.id.text for job in before]
    assert last.environment


@pytest.mark.parametrize(
    ("kind", "job", "lines"),
    [
        (
            "hashed requirements",
            "test",
            "python -m pip install --require-hashes -r requirements.txt",
        ),
        ("hashed requirements", "test", "python -m pip install -r requirements-dev.txt"),
        ("uv with groups", "test", "uv sync --locked --group test"),
        ("uv with groups", "test", "uv run --no-sync python -m pytest"),
        ("uv without pytest", "build", "uv build"),
        ("poetry", "test", "poetry check --lock\npoetry sync --no-interaction"),
        ("poetry", "build", "poetry sync --no-interaction --only main"),
        ("pipenv", "test", "pipenv verify\npipenv sync --dev"),
        ("a library with extras", "test", "python -m pip install --editable '.[test]'"),
        ("makefile", "test", "make test"),
        ("npm", "test", "npm run lint\nnpm test"),
        ("npm", "build", "npm ci\nnpm run build"),
        ("pnpm", "test", "npm install --global pnpm@9.15.4\npnpm install --frozen-lockfile"),
        ("yarn berry", "test", "corepack enable\nyarn install --immutable"),
        ("bun", "test", "bun install --frozen-lockfile\nbun run test"),
        ("go with a Dockerfile", "test", "go mod verify\ngo vet ./...\ngo test ./..."),
        (
            "go with a Dockerfile",
            "build",
            "docker build --pull --tag build:check --file Dockerfile .",
        ),
        ("go with a Dockerfile", "security-scan", "golang.org/x/vuln/cmd/govulncheck@v"),
        ("rails", "test", "ruby/setup-ruby\nbin/rails test"),
        ("laravel", "test", "composer install --no-interaction --no-progress\ncomposer test"),
        ("overlays", "deploy", "kubectl apply -k k8s/overlays/production"),
        ("django with assets", "test", "npm ci"),
        ("shape: static", "test", "test -s public/index.html"),
    ],
)
def test_what_a_job_does(kind: str, job: str, lines: str) -> None:
    said = jobs(drafted(KINDS[kind]))[job].replace("\n\n", "\n")
    assert lines in said


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("hashed requirements", "python-version-file: .python-version"),
        ("uv with groups", "cancel-in-progress: ${{ github.event_name == 'pull_request' }}"),
        ("pipenv", "python-version-file: Pipfile"),
        ("npm", "node-version-file: .nvmrc"),
        ("pnpm", "node-version-file: package.json"),
        ("go with a Dockerfile", "go-version-file: go.mod"),
        ("one folder down", "working-directory: backend"),
        ("one folder down", "cache-dependency-path: backend/package-lock.json"),
        ("one folder down", "working-directory: ."),
        ("poetry", 'python-version: "3.13"'),
    ],
)
def test_a_line_of_the_file(kind: str, line: str) -> None:
    assert line in [each.strip() for each in drafted(KINDS[kind]).text.splitlines()]


def test_a_script_or_a_tool_of_python_makes_no_python_project() -> None:
    files = {"go.mod": "module x\n", "gen/make.py": "print()\n", "pyproject.toml": "[tool.ruff]\n"}
    assert "setup-python" not in jobs(drafted(files))["test"]
    assert "setup-python" in jobs(drafted({"gen/make.py": "print()\n"}))["test"]


def test_beside_a_deploy_workflow_nothing_is_deployed() -> None:
    found = drafted(KINDS["kubernetes"], path=".github/workflows/ci.yml")
    assert list(jobs(found)) == ["test", "build", "security-scan"]
    assert found.text.splitlines()[1] == "name: ci"


def test_with_placid_yaml_it_is_placid_that_deploys() -> None:
    assert "kubectl" not in drafted(KINDS["kubernetes"], Service()).text


@pytest.mark.parametrize("branch", ["release/2.x", "a b", "it's", "#1", "yes", "1.0"])
def test_any_branch_is_written_so_that_it_reads_back(branch: str) -> None:
    found = read_workflow(drafted(KINDS["npm"], branch=branch).text)
    assert found is not None
    trigger = found.trigger("push")
    assert trigger is not None
    assert [each.text for each in trigger.patterns("branches") or ()] == [branch]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"README.md": ""}, "nothing here tells how it is tested or built"),
        ({"a/go.mod": "", "b/go.mod": ""}, "several folders hold a project: a, b"),
        ({"package.json": "{"}, "nothing here tells"),
    ],
)
def test_nothing_is_made_up(files: dict[str, str], words: str) -> None:
    with pytest.raises(Problem, match=words):
        drafted(files)


def test_unreadable_files_are_no_reason_to_fail() -> None:
    files = {
        "pyproject.toml": "[[[",
        "uv.lock": "",
        "k8s/a.yaml": "kind: Deployment\n  x",
        "a.py": "",
    }
    assert "uv sync --locked" in drafted({**files, "tests/test_a.py": PYTEST}).text
