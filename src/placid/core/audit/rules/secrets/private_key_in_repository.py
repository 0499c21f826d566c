"""No private key is in the repository.

Why: with it, whoever has a clone can log in, sign or read as its owner.
Bad: `deploy/id_rsa`, `certs/server.key`, `release.p12`
Good: the key in a secret store, its public half in the repository
Known limits: told by the file's name and content; keys among tests and examples are left out, one
that a test names has low confidence, one behind a passphrase is MEDIUM. Keys inside of other files
are found by `secrets/committed-secret`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.env_files import is_example_folder
from placid.core.audit.facts.test_files import test_files
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, path_rule

_NAME = re.compile(
    r"(?:.*\.(?:pem|key|priv|ppk|asc|gpg|pgp)|(?:.*[._-])?id_(?:rsa|dsa|ecdsa|ed25519)(?:[._-].*)?)",
    re.IGNORECASE,
)
_STORE = re.compile(r".*\.(?:p12|pfx|jks|keystore)", re.IGNORECASE)
_SAMPLE = re.compile(
    r"(?:^|[/._-])(?:tests?|integration|fixtures?|contrib|examples?|samples?|snake-?oil|dummy|fake|mock|local(?:host)?|dev|debug"
    r"|demo|bench(?:marks?)?|templates?|selfsigned|self-signed)(?:[/._-]|$)",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----\r?\n")
_BODY = re.compile(r"[A-Za-z0-9+/=]{40}")
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d: ")
_LOCKED = re.compile(r"ENCRYPTED|Encryption: aes")
_NEAR = 2_000


@path_rule(
    "secrets/private-key-in-repository",
    Severity.HIGH,
    docs=__doc__ or "",
    reads=lambda path: bool(_NAME.fullmatch(_base(path)) or _STORE.fullmatch(_base(path))),
)
def private_key_in_repository(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    if is_example_folder(path):
        return
    action = "take the private keys out of the repository, and replace them"
    sample = bool(_SAMPLE.search(path)) or _is_of_tests(repository, path)
    confidence = Confidence.LOW if sample else Confidence.HIGH
    if _STORE.fullmatch(_base(path)):
        severity = Severity.LOW if sample else Severity.MEDIUM
        message = f"{path} is a key store: such files mostly hold a private key"
        yield Hit(message, (Place(path),), None, action, severity, confidence)
        return
    text = repository.text(path) or ""
    found = _BEGIN.search(text) or _PUTTY.match(text)
    if found is None or not _BODY.search(text, found.end(), found.end() + _NEAR):
        return
    locked = bool(_LOCKED.search(text, found.start(), found.end() + _NEAR))
    severity = Severity.MEDIUM if locked or sample else Severity.HIGH
    what = "a private key, locked by a passphrase" if locked else "a private key"
    span = Span(found.start(), len(text.rstrip()))
    at = (Place(path, span),)
    yield Hit(f"{path} is {what}", at, None, action, severity, confidence, hidden=True)


def _is_of_tests(repository: Repository, path: str) -> bool:
    """Whether a test reads the key: it names the file with the folder that it is in."""
    name = "/".join(path.rsplit("/", 2)[-2:])
    return "/" in name and any(
        name in (repository.text(each) or "") for each in test_files(repository)
    )


def _base(path: str) -> str:
    return posixpath.basename(path)
