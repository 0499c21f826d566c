"""Put the toolchains of a repository into jobs: test and security-scan, then build, then deploy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from placid.base.errors import Problem
from placid.formats.drafting import node, others, python
from placid.formats.drafting.deploying import Deploying, by_kubectl, by_placid
from placid.formats.drafting.pins import TOOLS
from placid.formats.drafting.toolchain import NO_TESTS, Step, Toolchain
from placid.formats.drafting.writing import CHECKOUT, Job, workflow
from placid.formats.guessing.found import Tree, is_test

_READ = re.compile(
    r"\.(py|ya?ml)$|(^|/)(package\.json|composer\.json|go\.mod|Gemfile|Pipfile|Makefile"
    r"|Dockerfile|Containerfile|pyproject\.toml|\.(python-version|nvmrc|node-version|tool-versions)"
    r"|[\w.-]*requirements[\w.-]*\.txt|requirements/[\w.-]+\.txt)$"
)
_FINDERS = (python.find, node.find, others.go, others.ruby, others.php)
_TEST, _BUILD, _SCAN = "test", "build", "security-scan"


@dataclass(frozen=True, slots=True)
class Service:
    """What placid.yaml says: the command that builds, "" when there is none."""

    build: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of the workflow, and what was chosen from where, a sentence each."""

    text: str
    sentences: tuple[str, ...]


def wanted(path: str) -> bool:
    """Whether the text of a file helps; those of tests do, too."""
    return bool(_READ.search(path))


def draft(
    files: Sequence[str],
    texts: Mapping[str, str],
    *,
    branch: str,
    service: Service | None,
    path: str,
) -> Draft:
    """The workflow to be written at `path`; Problem when nothing tells how to test or build.

    `service` is None when there is no placid.yaml. Only a deploy.yml gets a job that deploys.
    """
    tree, chains = _chains(Tree(tuple(files), texts))
    build = _build(tree, chains, service)
    test = _testing(chains)
    jobs = [Job(_TEST, (CHECKOUT, *_setup(chains), *test), 20)] if test else []
    needs = tuple(job.id for job in jobs)
    jobs += [Job(_BUILD, (CHECKOUT, *build), 20, needs)] if build else []
    jobs.append(_scan(tree, chains, path))
    deploying = _deploying(tree, branch, service, tuple(job.id for job in jobs), path)
    if deploying:
        jobs.append(deploying.job)
    name = path.rpartition("/")[2].removesuffix(".yml")
    sentences = [each for chain in chains for each in chain.because]
    sentences += [deploying.because] if deploying else []
    doubts = [each for chain in chains for each in chain.unsure]
    doubts += deploying.unsure if deploying else ()
    sentences += [f"not known: {each}" for each in doubts]
    sentences.append("actions and tools are pinned: let Dependabot or Renovate keep them new")
    return Draft(workflow(name, branch, tree.folder, jobs), tuple(sentences))


def _chains(tree: Tree) -> tuple[Tree, list[Toolchain]]:
    """The toolchains at the top, or in the one folder that has some."""
    found = _at(tree)
    if found or _image(tree):
        return tree, found
    names = sorted({path.split("/")[0] for path in tree.files if "/" in path})
    below = {name: tree.below(name) for name in names if not is_test(f"{name}/")}
    inner = {name: chains for name, it in below.items() if (chains := _at(it))}
    if len(inner) == 1:
        ((name, chains),) = inner.items()
        return below[name], chains
    if inner:
        raise Problem(
            f"several folders hold a project: {', '.join(inner)}",
            fix="write the workflow by hand, a job for each, with working-directory",
        )
    raise Problem(
        "nothing here tells how it is tested or built",
        fix="looked for Python, Node, Go, Ruby, PHP, a Dockerfile, a Makefile with the target "
        "test, and an index.html; write the workflow by hand",
    )


def _at(tree: Tree) -> list[Toolchain]:
    chains = [chain for find in _FINDERS if (chain := find(tree))]
    if not chains and (alone := python.scripts(tree)):
        chains.append(alone)
    if re.search(r"(?m)^test\s*:(?!=)", tree.text("Makefile")) and not any(map(_tested, chains)):
        chains = [replace(chain, test=(), unsure=_sure(chain)) for chain in chains]
        chains.append(Toolchain("make", test=("make test",), because=("test: the Makefile",)))
    page = next((path for path in ("index.html", "public/index.html") if tree.has(path)), "")
    if page and not chains:
        chains.append(Toolchain("pages", test=(f"test -s {page}",), because=(f"test: {page}",)))
    return chains


def _tested(chain: Toolchain) -> bool:
    return _sure(chain) == chain.unsure


def _sure(chain: Toolchain) -> tuple[str, ...]:
    return tuple(each for each in chain.unsure if not each.startswith(NO_TESTS))


def _setup(chains: Sequence[Toolchain]) -> tuple[Step, ...]:
    return tuple(step for chain in chains for step in chain.setup)


def _testing(chains: Sequence[Toolchain]) -> list[Step]:
    install = tuple(each for chain in chains for each in chain.install)
    steps = [Step("Install", commands=install)] if install else []
    test = tuple(each for chain in chains for each in chain.test)
    return [*steps, *([Step("Test", commands=test)] if test else [])]


def _image(tree: Tree) -> str:
    return next((name for name in ("Dockerfile", "Containerfile") if tree.has(name)), "")


def _build(tree: Tree, chains: Sequence[Toolchain], service: Service | None) -> list[Step]:
    """What is released, made as placid.yaml says, else as each language does; and the image."""
    commands = tuple(each for chain in chains for each in chain.build)
    said = bool(service and service.build)
    if service and said:
        commands = (service.build,)
    tested = tuple(each for chain in chains for each in chain.test)
    if commands == tested:
        commands = ()
    steps = [*_setup(chains), Step("Build", commands=commands, at_top=said)] if commands else []
    image = _image(tree)
    if image:
        build = f"docker build --pull --tag build:check --file {image} ."
        steps.append(Step("Build the image", commands=(build,)))
    return steps


def _scan(tree: Tree, chains: Sequence[Toolchain], path: str) -> Job:
    """The workflow itself, then the dependencies of each language."""
    setup = _setup(chains)
    zizmor = f"zizmor=={TOOLS['zizmor']}"
    audit = f"--offline --min-severity medium {path}"
    if any(step.action == "astral-sh/setup-uv" for step in setup):
        commands: tuple[str, ...] = (f"uvx {zizmor} {audit}",)
    else:
        commands = (f"python -m pip install {zizmor}", f"zizmor {audit}")
        if not any(step.action == "actions/setup-python" for step in setup):
            version = (("python-version", python.VERSION),)
            setup = (Step(action="actions/setup-python", inputs=version), *setup)
    steps = [
        CHECKOUT,
        *setup,
        Step("Audit the workflow", commands=commands, at_top=True),
    ]
    dependencies = tuple(each for chain in chains for each in chain.audit)
    if dependencies:
        steps.append(Step("Audit the dependencies", commands=dependencies))
    return Job(_SCAN, tuple(steps), 15)


def _deploying(
    tree: Tree, branch: str, service: Service | None, needs: tuple[str, ...], path: str
) -> Deploying | None:
    if not path.endswith("/deploy.yml"):
        return None
    if service is None:
        applied = by_kubectl(tree.files, dict(tree.texts), needs)
        if applied:
            return applied
    return by_placid(branch, needs)
