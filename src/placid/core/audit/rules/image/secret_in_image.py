"""Secrets do not come into an image by ARG or ENV.

Why: both are kept in the image's history; whoever can pull the image can read them, also after a
later line has cleared them.
Bad: `ENV API_TOKEN=...`, `ARG NPM_TOKEN`
Good: `RUN --mount=type=secret,id=npm_token npm ci`, and for a running container its environment
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placid.core.audit.facts.dockerfiles import is_dockerfile, parsed
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule
from placid.formats.dockerfile import Pair

_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY"
    r"|PRIVATE_KEY|AUTH_KEY|ENCRYPTION_KEY|SIGNING_KEY|CREDENTIALS?|ACCESSKEY|PAT)$",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(
    r"(?:^|_)(?:PUBLIC|ALLOW|NO|EMPTY|DISABLE|ENABLE|USE|RANDOM|REQUIRE|MAX|MIN|PAD|EOS|BOS)(?:_|$)"
    r"|ALLOW_EMPTY|TOKENIZER|PATH$|FILE$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"(?:|true|false|yes|no|none|null|nil|[0-9.]{1,6}|/.*|file:.*|https?://[^@]*|\*+|x+|\.+"
    r"|<.*>|\[.*\]|.*(?:change.?me|placeholder|example|dummy|your[-_ ]|insert|replace|not.?set"
    r"|build.?time|fake|not.?a.?(?:real|secret)|insecure|for.?build|unused|collectstatic).*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_SHAPES = re.compile(
    r"(?:gh[pousr]_|github_pat_|glpat-|sk-|sk_live_|rk_live_|xox[abpr]-|AKIA|ASIA|AIza|npm_|pypi-"
    r"|SG\.|hf_|dckr_pat_|eyJ)[\w.=-]{12,}|-----BEGIN",
)


@path_rule("image/secret-in-image", Severity.MEDIUM, docs=__doc__ or "", reads=is_dockerfile)
def secret_in_image(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    known = parsed(repository, path)
    for each in known[0].instructions if known else ():
        for pair in each.pairs if each.keyword in {"ARG", "ENV"} else ():
            yield from _judge(each.keyword, pair, path)


def _judge(keyword: str, pair: Pair, path: str) -> Iterator[Hit]:
    text = pair.value.text if pair.value else ""
    real = bool(_SHAPES.match(text)) or (_is_named(pair.name) and _looks_real(text))
    if not real and not _is_named(pair.name):
        return
    if not real and keyword == "ENV" and (_HARMLESS.match(text) or "$" in text):
        return
    if not real and keyword == "ARG" and text and (_HARMLESS.match(text) or "$" in text):
        return
    how = "holds what looks like a real secret" if real else _softly(keyword, text)
    yield Hit(
        f"{keyword} {pair.name} {how}; it stays in the image's history",
        at=(Place(path, pair.value.span if pair.value and text else pair.span),),
        severity=Severity.HIGH if real else None,
        action="give secrets to builds by RUN --mount=type=secret, to containers when they run",
        hidden=bool(text),
    )


def _softly(keyword: str, text: str) -> str:
    return (
        "asks for a secret as a build argument"
        if keyword == "ARG" and not text
        else ("has a secret's name and a fixed value")
    )


def _is_named(name: str) -> bool:
    return bool(_NAME.search(name)) and not _NOT_ONE.search(name)


def _looks_real(text: str) -> bool:
    """Long, mixed and nothing that stands for something else."""
    if len(text) < 16 or "$" in text or " " in text or _HARMLESS.match(text):
        return False
    kinds = (str.isdigit, str.islower, str.isupper)
    return sum(any(map(kind, text)) for kind in kinds) >= 2 and len(set(text)) >= 9
