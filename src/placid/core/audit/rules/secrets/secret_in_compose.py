"""A compose file names its secrets, and does not hold them.

Why: it is in the repository, and so is every password in it.
Bad: `environment: {DB_PASSWORD: ...}` with the password that production has
Good: `environment: {DB_PASSWORD: "${DB_PASSWORD}"}`, `env_file: .env`, or `secrets:`
Known limits: passwords in plain words (postgres, shop-secret) are left out: such a database runs
on the own machine. HIGH for tokens by their form, MEDIUM for values that look made up.
"""

from __future__ import annotations

from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.compose import is_compose
from placid.core.audit.facts.credentials import Look, in_url, is_credential_name, look, look_alone
from placid.core.audit.facts.env_files import is_example_folder
from placid.core.audit.facts.yamlfiles import documents
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Hit, Place, Severity, Unknown, path_rule
from placid.formats.compose import Variable, services

_SHORTEST, _KINDS = 10, 3


@path_rule("secrets/secret-in-compose", Severity.MEDIUM, docs=__doc__ or "", reads=is_compose)
def secret_in_compose(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    text = repository.text(path)
    if text is None or "environment" not in text or is_example_folder(path):
        return
    for document in documents(repository, path)[:1]:
        for service in services(document):
            for each in service.variables:
                seen = _look(each)
                if seen >= Look.REAL:
                    yield Hit(
                        f"{each.name} of service {service.name} has its value in the file",
                        (Place(path, _written(text, each)),),
                        severity=Severity.HIGH if seen is Look.KEY else None,
                        confidence=Confidence.HIGH if seen is Look.KEY else Confidence.MEDIUM,
                        action="take the secrets out of the compose files, and change them",
                        hidden=True,
                    )


def _written(text: str, variable: Variable) -> Span:
    """Where its value is written; all of it when that is not as it reads."""
    start = text.rfind(variable.value or "", *variable.span)
    return Span(start, start + len(variable.value or "")) if start >= 0 else variable.span


def _look(variable: Variable) -> Look:
    """How real its value looks; a password in plain words is taken for one of a developer's own."""
    value = variable.value or ""
    if look_alone(value) is Look.KEY:
        return Look.KEY
    secret = value if is_credential_name(variable.name) else in_url(value)
    seen = look(secret) if secret else Look.EMPTY
    return seen if secret and _is_made_up(secret) else Look.EMPTY


def _is_made_up(secret: str) -> bool:
    kinds = (str.isdigit, str.islower, str.isupper)
    return len(secret) >= _SHORTEST and sum(any(map(kind, secret)) for kind in kinds) >= _KINDS
