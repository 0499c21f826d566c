"""The last job: what deploys, and waits until it runs; or the word that placid does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from placid.base.yamltext import compose_all
from placid.formats.drafting.toolchain import Step
from placid.formats.drafting.writing import CHECKOUT, Job
from placid.formats.guessing.found import is_test
from placid.formats.manifests.reading import word

_PUSHED = "github.event_name == 'push'"
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml")
_MINUTES = 5


class Deploying(NamedTuple):
    """The job, and sentences of what it does and what is not known."""

    job: Job
    because: str
    unsure: tuple[str, ...] = ()


class _Workload(NamedTuple):
    """A Deployment that is applied, and the folder of its manifest ("." for the top)."""

    name: str
    namespace: str
    folder: str


def by_placid(branch: str, needs: tuple[str, ...]) -> Deploying:
    """placid's agent follows the branch itself, so this job only says so."""
    told = "placid serve deploys this commit."
    job = Job(
        "deploy",
        (Step(name="Tell", commands=(f'echo "{told}" >> "$GITHUB_STEP_SUMMARY"',)),),
        _MINUTES,
        needs,
        _PUSHED,
        "production",
        (
            f"Nothing is deployed from here: placid serve follows {branch}, runs this workflow for",
            "every commit, and deploys it when all of the above is green. See: placid status",
        ),
        token=False,
    )
    return Deploying(job, "deploy: placid serve does it, the job only says so")


def by_kubectl(
    files: tuple[str, ...], texts: dict[str, str], needs: tuple[str, ...]
) -> Deploying | None:
    """Apply the repository's manifests and wait for each Deployment; None when there are none."""
    found = sorted(set(_workloads(texts)))
    folder = _folder(files, found)
    if not folder:
        return None
    kustomized = any(f"{folder}/{name}" in files for name in _KUSTOMIZATIONS)
    waited = [each for each in found if kustomized or each.folder == folder]
    apply = f"kubectl apply -{'k' if kustomized else 'f'} {folder}"
    text = Step(
        name="Deploy, and wait for the rollout",
        env=(("CLUSTER", "${{ secrets.KUBECONFIG }}"),),
        commands=(
            'test -n "$CLUSTER" || { echo "::error::no secret KUBECONFIG is set"; exit 1; }',
            'export KUBECONFIG="$RUNNER_TEMP/kubeconfig"',
            """(umask 077 && printf '%s\\n' "$CLUSTER" > "$KUBECONFIG")""",
            apply,
            *map(_wait, waited),
        ),
        at_top=True,
    )
    minutes = _MINUTES * (len(waited) + 1)
    job = Job("deploy", (CHECKOUT, text), minutes, needs, _PUSHED, "production")
    because = f"deploy: {apply}, then the rollout of {', '.join(each.name for each in waited)}"
    doubts = (
        "the environment production at GitHub needs the secret KUBECONFIG",
        "the images that the manifests name are pushed by nothing in this workflow",
    )
    return Deploying(job, because, doubts)


def _wait(each: _Workload) -> str:
    where = f"deployment/{each.name}" + (f" -n {each.namespace}" if each.namespace else "")
    status = f"kubectl rollout status {where} --timeout={_MINUTES}m"
    return f"{status} ||\n  {{ kubectl rollout undo {where}; exit 1; }}"


def _workloads(texts: dict[str, str]) -> Iterator[_Workload]:
    for path, text in texts.items():
        if not path.endswith((".yaml", ".yml")) or is_test(path) or "Deployment" not in text:
            continue
        for document in compose_all(text, path)[0]:
            kind, name = word(document.root, "kind"), word(document.root, "metadata", "name")
            if kind == "Deployment" and name.replace("-", "").replace(".", "").isalnum():
                space = word(document.root, "metadata", "namespace")
                folder = path.rpartition("/")[0] or "."
                yield _Workload(name, space, folder)


def _folder(files: tuple[str, ...], found: list[_Workload]) -> str:
    """What is applied: the overlay of production, else the one folder of manifests."""
    if not found:
        return ""
    for path in files:
        folder, _, name = path.rpartition("/")
        if name in _KUSTOMIZATIONS and folder.endswith(("overlays/production", "overlays/prod")):
            return folder
    folders = {each.folder for each in found}
    return folders.pop() if len(folders) == 1 else ""
