"""Secret files are not copied into an image.

Why: whoever can pull the image can read them, also when a later line deletes them.
Bad: `COPY .env /app/`, `COPY id_rsa /root/.ssh/`
Good: `RUN --mount=type=secret,id=env ...`, and the environment of the running container
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.core.audit.facts.copied import Copied, copied, shipped_stages
from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, rule

_KEY = re.compile(
    r"(?:id_(?:rsa|dsa|ecdsa|ed25519)|.*\.(?:ppk|p12|pfx|jks|keystore|kdbx)|.*[-_.]?private.*\.(?:pem|key)"
    r"|service[-_]account.*\.json|\.netrc|\.pgpass|\.git-credentials|kubeconfig"
    r"|credentials(?:\.json)?)\Z",
    re.IGNORECASE,
)
_ENV = re.compile(
    r"\.htpasswd\Z|\.env(?:\.(?:local|prod|production|staging|live|secret|secrets))?\Z"
)
_FOLDER = re.compile(r"(?:^|/)\.(?:ssh|aws|gnupg|kube)(?:/|\Z)")


@rule("image/copies-secrets", Severity.HIGH, docs=__doc__ or "")
def copies_secrets(repository: Repository) -> Iterator[Hit | Unknown]:
    for built in dockerfiles(repository):
        kept = shipped_stages(built)
        for each in copied(built) if not built.example else ():
            name = posixpath.basename(each.source)
            if each.stage.index not in kept or each.pattern:
                continue
            if _KEY.match(name) or _FOLDER.search(each.source):
                yield _hit(each, built.path, "usually holds keys", Severity.HIGH)
            elif _ENV.match(name):
                yield _hit(each, built.path, "is where secrets are kept", Severity.MEDIUM)


def _hit(each: Copied, path: str, why: str, severity: Severity) -> Hit:
    return Hit(
        f"{each.source} {why}, and everyone with the image can read it",
        at=(Place(path, each.word.span),),
        severity=severity,
        action="keep secret files out of images (RUN --mount=type=secret, or at run time)",
    )
