"""An `.env` file and its example name the same settings.

Why: who copies the example gets an app that lacks a setting, and learns it when it starts.
Bad: `STRIPE_KEY` in `.env.production`, and not in `.env.example`
Good: every name in the example, with an empty value where it is a secret
Known limits: only files that are in the repository are compared; no line is shown, it may hold a
secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.env_files import EnvFile, env_files, is_test_env
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_SHOWN = 5


@rule("secrets/env-example-drift", Severity.LOW, docs=__doc__ or "")
def env_example_drift(repository: Repository) -> Iterator[Hit | Unknown]:
    files = env_files(repository)
    for real in files:
        examples = [each for each in files if each.example and each.folder == real.folder]
        if real.example or is_test_env(real.path) or len(examples) != 1:
            continue
        yield from _compared(real, examples[0])


def _compared(real: EnvFile, example: EnvFile) -> Iterator[Hit]:
    if not real.names & example.names:
        return  # not the example of this file
    missing = [each for each in real.settings if each.name not in example.names]
    if missing:
        names = list(dict.fromkeys(each.name for each in missing))
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield Hit(
            f"{example.path} does not name {', '.join(names[:_SHOWN])}{more}, set in {real.path}",
            (Place(example.path), Place(real.path)),
            action=f"bring {example.path} in step with the .env files beside it",
        )
