"""`uses` of steps: what placid does itself, what has to be fetched, what needs GitHub's servers."""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.pipeline.divergence.ground import Difference, Ground, words
from placid.formats.workflows.model import Step, Workflow
from placid.formats.workflows.reference import Reference, reference

_CACHE = "kept in .placid on this machine, not at GitHub, and shared with no one"
_SETUP = "takes the version that is installed here, and says so when that is another one"
_ARTIFACT = "kept with this run in .placid, not at GitHub"
_NATIVE = {
    "actions/checkout": "a worktree of the commit in this repository, not a fresh clone",
    "actions/cache": _CACHE,
    "actions/cache/restore": _CACHE,
    "actions/cache/save": _CACHE,
    "actions/upload-artifact": _ARTIFACT,
    "actions/upload-artifact/merge": _ARTIFACT,
    "actions/download-artifact": _ARTIFACT,
    "actions/setup-python": _SETUP,
    "actions/setup-node": _SETUP,
    "actions/setup-go": _SETUP,
    "actions/setup-java": _SETUP,
    "astral-sh/setup-uv": _SETUP,
}
_UNMET = {
    "actions/checkout": ("repository", "token", "ssh-key", "submodules", "lfs"),
    "actions/upload-artifact": ("retention-days", "compression-level"),
    "actions/download-artifact": ("github-token", "repository", "run-id"),
}
_MEANS = {
    "repository": "another repository is fetched with your own git access",
    "token": "not used: your own git access is",
    "ssh-key": "not used: your own git access is",
    "submodules": "taken with your own git access",
    "lfs": "taken with your own git access, when git-lfs is installed",
    "retention-days": "kept as long as the run is, not for that many days",
    "compression-level": "kept as the files are",
    "github-token": "artifacts of other runs come from .placid only",
    "run-id": "artifacts of other runs come from .placid only",
}
_API = words(
    "actions/github-script actions/labeler actions/stale actions/first-interaction "
    "actions/create-release actions/dependency-review-action actions/add-to-project "
    "softprops/action-gh-release peter-evans/create-pull-request "
    "peter-evans/create-or-update-comment"
)
_SERVICES = {
    "actions/deploy-pages": "GitHub Pages cannot be reached from here",
    "actions/configure-pages": "GitHub Pages cannot be reached from here",
    "actions/upload-pages-artifact": "GitHub Pages cannot be reached from here",
    "actions/attest": "no attestation can be signed here",
    "actions/attest-build-provenance": "no attestation can be signed here",
    "actions/attest-sbom": "no attestation can be signed here",
    "pypa/gh-action-pypi-publish": "no identity token for PyPI is to be had here",
    "github/codeql-action": "its results cannot be sent to GitHub from here",
    "actions/create-github-app-token": "the app's key has to be given as a secret",
}


def action_differences(workflow: Workflow, ground: Ground) -> Iterator[Difference]:
    """What each use of an action means here."""
    for job in workflow.jobs:
        for step in job.every_step():
            used = reference(step.uses.text) if step.uses is not None else None
            if used is not None and step.uses is not None:
                yield from _use(step, used, ground)


def _use(step: Step, used: Reference, ground: Ground) -> Iterator[Difference]:
    if step.uses is None or used.kind == "local":
        return
    what, at = f"uses: {step.uses.text}", step.uses.span
    if used.kind == "image":
        if not ground.engine:
            here = "neither podman nor docker is here, so the step fails"
            yield Difference(what, at, here, heavy=True)
        return
    name = f"{used.repository}/{used.path}".rstrip("/").lower()
    if name in ground.native:
        yield Difference(what, at, f"done by placid: {_NATIVE.get(name, 'the action is not run')}")
        yield from _unmet(step, name)
        return
    service = _SERVICES.get(name) or _SERVICES.get(used.repository.lower())
    if service:
        yield Difference(what, at, service, heavy=True)
    elif name in _API and not ground.token:
        here = "asks GitHub's API, for which there is no token here (--secret GITHUB_TOKEN)"
        yield Difference(what, at, here, heavy=True)
    yield from _fetched(what, step, used, ground)


def _fetched(what: str, step: Step, used: Reference, ground: Ground) -> Iterator[Difference]:
    if step.uses is None:
        return
    if not ground.network:
        here = "cannot be fetched without the network, unless a run before did"
        yield Difference(what, step.uses.span, here, heavy=True)
    elif not used.pinned:
        here = f"stays at the commit that the lock file names; at GitHub {used.ref!r} may move"
        yield Difference(what, step.uses.span, here)


def _unmet(step: Step, name: str) -> Iterator[Difference]:
    for key in _UNMET.get(name, ()):
        given = next((entry for entry in step.given if entry.key.text.lower() == key), None)
        if given is not None:
            yield Difference(f"with.{key}", given.key.span, _MEANS[key])
