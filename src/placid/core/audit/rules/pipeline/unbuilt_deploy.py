"""A deploy waits for the job that pushes its image.

Why: jobs of a workflow run side by side unless `needs` puts them in order. A deploy that does not
need the job which pushes the image is first on some days, and the cluster then looks for a tag that
is not there, or runs the image of the commit before.

Bad: jobs `image` (pushes `acme/shop:${{ github.sha }}`) and `deploy` (sets that tag) side by side

Good: `needs: image` in the job `deploy`

Known limits: told only where the deploy names the image or the tag that the other job pushes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from placid.core.audit.facts.deeds import Kind
from placid.core.audit.facts.deploys import Deed, Work
from placid.core.audit.facts.gates import by_workflow, only_reviewed, upstream
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Severity, Unknown, rule

_PUSHES = re.compile(r"\b(?:docker|podman|buildah)\s+push\b|--push\b|\bko\s+(?:build|publish)\b")
_IMAGE = re.compile(r"[\w.-]+(?::\d+)?(?:/[\w.${}-]+)+(?=:[\w${])")
_TAG = re.compile(r"\$\{\{\s*github\.(sha|ref_name|run_number)\s*\}\}|\$\{?GITHUB_(SHA|REF_NAME)\b")


@rule("pipeline/unbuilt-deploy", Severity.MEDIUM, docs=__doc__ or "")
def unbuilt_deploy(repository: Repository) -> Iterator[Hit | Unknown]:
    """Hold each job that deploys against the jobs that push an image."""
    for works in by_workflow(repository).values():
        pushing = [(work, deed) for work in works if (deed := _pushes(work)) is not None]
        for work in works if pushing else ():
            deed = work.does(Kind.DEPLOY)
            if deed is None or only_reviewed(work) or _pushes(work) is not None:
                continue
            found = _unwaited(work, deed, pushing, works)
            if found is not None:
                other, pushed = found
                yield Hit(
                    f"job {work.job.id.text} deploys ({deed.what}) what {other.job.id.text} "
                    "pushes, and does not wait for it",
                    (work.place, pushed.at),
                    action="let every deploy need the job that pushes its image",
                )


def _pushes(work: Work) -> Deed | None:
    """What pushes an image in this job."""
    published = (deed for deed in work.deeds if deed.kind is Kind.PUBLISH)
    return next((deed for deed in published if _is_image(deed)), None)


def _is_image(deed: Deed) -> bool:
    by_action = deed.step.uses is not None and deed.step.uses.text.startswith("docker/")
    return by_action or bool(_PUSHES.search(deed.text))


def _unwaited(
    work: Work, deed: Deed, pushing: Sequence[tuple[Work, Deed]], works: Sequence[Work]
) -> tuple[Work, Deed] | None:
    before = {each.id for each in upstream(work, works)}
    if any(other.id in before for other, _ in pushing):
        return None
    for other, pushed in pushing:
        after = work in upstream(other, works)
        same = other.job.condition is None or (
            work.job.condition is not None and work.job.condition.text == other.job.condition.text
        )
        if same and not after and _named(deed.text) & _named(pushed.text):
            return other, pushed
    return None


def _named(text: str) -> frozenset[str]:
    """The images, and the tags that each run makes anew, of a command or an action's inputs."""
    tags = (f"${(found[1] or found[2]).lower()}" for found in _TAG.finditer(text))
    return frozenset((*(found[0] for found in _IMAGE.finditer(text)), *tags))
