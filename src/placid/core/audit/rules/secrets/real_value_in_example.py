"""An example of an `.env` file shows names, not the secrets of somebody.

Why: examples are made by copying a real file; what is left in one is as public as the code.
Bad: `.env.example` with a working `STRIPE_SECRET_KEY=sk_live_...`
Good: `STRIPE_SECRET_KEY=`
Known limits: HIGH for values whose form says what they are (a token, a private key), MEDIUM for
long random ones whose name is that of a secret. Nothing of a value is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.core.audit.facts.credentials import (
    Look,
    in_url,
    is_credential_name,
    is_random,
    look,
    look_alone,
)
from placid.core.audit.facts.env_files import Setting, env_file, is_env_example
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, path_rule


@path_rule("secrets/real-value-in-example", Severity.HIGH, docs=__doc__ or "", reads=is_env_example)
def real_value_in_example(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    found = env_file(repository, path)
    for each in found.settings if found and found.example else ():
        severity = _severity(each)
        if severity is not None:
            yield Hit(
                f"{each.name} in {path} has a value that looks real",
                (Place(path, each.written),),
                severity=severity,
                confidence=Confidence.HIGH if severity == Severity.HIGH else Confidence.MEDIUM,
                action="empty the secrets in the example files, and change those that were real",
                hidden=True,
            )


def _severity(setting: Setting) -> Severity | None:
    if look_alone(setting.value) is Look.KEY:
        return Severity.HIGH
    secret = setting.value if is_credential_name(setting.name) else in_url(setting.value)
    if secret and look(secret) >= Look.REAL and is_random(secret):
        mixed = any(map(str.isdigit, secret)) and any(map(str.isalpha, secret))
        return Severity.MEDIUM if mixed else None
    return None
