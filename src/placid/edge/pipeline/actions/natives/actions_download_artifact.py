"""`actions/download-artifact`: artifacts of this run, put into the job's workspace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from placid.base.errors import Problem
from placid.edge.pipeline.actions.artifacts.naming import matching
from placid.edge.pipeline.actions.artifacts.shelf import Artifact, Shelf
from placid.edge.pipeline.actions.native import NativeAction, Settings, boolean, context, natives
from placid.edge.pipeline.actions.paths import located, shown
from placid.ports.pipeline import Done, Use

_INPUTS = {
    **{"name": "", "artifact-ids": "", "path": "", "pattern": "", "merge-multiple": "false"},
    **{"github-token": "", "repository": "", "run-id": "", "skip-decompress": "false"},
    "digest-mismatch": "error",
}
_BY_ID_DIRECT = 5  # the version since which one artifact named by its id needs no folder


def download(use: Use, settings: Settings) -> Done:
    """Do it; the output is `download-path`."""
    _check(use)
    shelf = Shelf(use.shared)
    into = located(use, use.inputs["path"].strip())
    chosen = _chosen(use, shelf.listed())
    direct = _direct(use, chosen)
    for artifact in chosen:
        target = into if direct else into / artifact.name
        shelf.take(artifact, target)
        use.say(f"Artifact {artifact.name} (ID: {artifact.id}) downloaded to {shown(use, target)}")
    if not chosen:
        into.mkdir(parents=True, exist_ok=True)
    use.say(f"Total of {len(chosen)} artifact(s) downloaded")
    return Done(outputs={"download-path": shown(use, Path(into))})


def _check(use: Use) -> None:
    if use.inputs["name"] and use.inputs["artifact-ids"]:
        raise Problem(
            "Inputs 'name' and 'artifact-ids' cannot be used together. Please specify only one."
        )
    if not use.inputs["github-token"]:
        return  # without a token the action looks at its own run, whatever else is said
    run, repository = use.inputs["run-id"], use.inputs["repository"]
    other = bool(run) and run != context(use, "run_id")
    elsewhere = bool(repository) and repository.lower() != context(use, "repository").lower()
    if other or elsewhere:
        raise Problem(
            f"artifacts of run {run} of {repository or 'this repository'} are at GitHub, where"
            " placid's own download does not reach",
            fix="leave the step out with --skip-action actions/download-artifact",
        )


def _chosen(use: Use, known: list[Artifact]) -> list[Artifact]:
    name, ids, pattern = (use.inputs[key] for key in ("name", "artifact-ids", "pattern"))
    if name:
        found = [one for one in known if one.name == name]
        if not found:
            raise Problem(
                f"Unable to download artifact(s): Artifact not found for name: {name}",
                fix=f"this run has {_names(known)}",
            )
        return found
    if ids.strip():
        return _by_id(use, known, ids)
    if pattern:
        wanted = set(matching(pattern, [one.name for one in known]))
        use.say(f"Filtering artifacts by pattern '{pattern}'")
        known = [one for one in known if one.name in wanted]
    return known


def _names(known: Iterable[Artifact]) -> str:
    return ", ".join(repr(one.name) for one in known) or "no artifacts"


def _by_id(use: Use, known: list[Artifact], ids: str) -> list[Artifact]:
    parts = [part.strip() for part in ids.split(",") if part.strip()]
    bad = next((part for part in parts if not part.isdigit()), "")
    if bad:
        raise Problem(f"Invalid artifact ID: '{bad}'. Must be a number.")
    if not parts:
        raise Problem("No valid artifact IDs provided in 'artifact-ids' input")
    wanted = {int(part) for part in parts}
    found = [one for one in known if one.id in wanted]
    if not found:
        raise Problem("None of the provided artifact IDs were found")
    missing = sorted(wanted - {one.id for one in found})
    if missing:
        listed = ", ".join(map(str, missing))
        use.say(f"::warning::Could not find the following artifact IDs: {listed}")
    return found


def _direct(use: Use, chosen: list[Artifact]) -> bool:
    """Whether the files go into the path itself rather than a folder for each artifact."""
    if use.inputs["name"] or boolean(use.inputs["merge-multiple"]):
        return True
    major = use.reference.major or _BY_ID_DIRECT
    return bool(use.inputs["artifact-ids"]) and len(chosen) == 1 and major >= _BY_ID_DIRECT


natives.add("actions/download-artifact")(NativeAction(download, _INPUTS))
