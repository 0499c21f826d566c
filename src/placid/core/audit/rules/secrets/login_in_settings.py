"""The settings of a client name a variable for the token, and do not hold it.

Why: `.npmrc`, `.pypirc` and `.netrc` lie beside the code, and are added with it. A token of a
package registry lets anyone publish in its owner's name.
Bad: `//registry.npmjs.org/:_authToken=npm_...` in a tracked `.npmrc`
Good: `//registry.npmjs.org/:_authToken=${NPM_TOKEN}`
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from placid.base.yamltext import Span
from placid.core.audit.facts.credentials import Look, look
from placid.core.audit.facts.env_files import is_example_folder
from placid.core.audit.model import Repository
from placid.core.audit.rule import Hit, Place, Severity, Unknown, path_rule

_ASSIGNED = r"[ \t]*[=:][ \t]*[\"']?(?P<secret>[^\s\"'#;]{1,4000})"
_URL = r"https?://[^\s:/@]{0,80}:(?P<secret>[^\s/@]{1,400})@"
_NPM = rf"(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)[\"']?{_ASSIGNED}"
_PIP = rf"(?:index-url|extra-index-url|url)[ \t]*=[ \t]*{_URL}"
_FORMS: dict[str, re.Pattern[str]] = {
    ".npmrc": re.compile(_NPM),
    ".yarnrc": re.compile(_NPM),
    ".yarnrc.yml": re.compile(_NPM),
    ".pypirc": re.compile(rf"^[ \t]*password{_ASSIGNED}", re.MULTILINE),
    ".netrc": re.compile(r"\bpassword[ \t\r\n]+(?P<secret>[^\s#]{1,400})"),
    "_netrc": re.compile(r"\bpassword[ \t\r\n]+(?P<secret>[^\s#]{1,400})"),
    ".git-credentials": re.compile(_URL),
    "pip.conf": re.compile(_PIP),
    "pip.ini": re.compile(_PIP),
    ".dockercfg": re.compile(r"\"auth\"[ \t]*:[ \t]*\"(?P<secret>[A-Za-z0-9+/=]{8,4000})\""),
    "config.json": re.compile(r"\"auth\"[ \t]*:[ \t]*\"(?P<secret>[A-Za-z0-9+/=]{8,4000})\""),
    "auth.json": re.compile(r"\"(?:password|token)\"[ \t]*:[ \t]*\"(?P<secret>[^\"\s]{1,400})\""),
    "credentials": re.compile(rf"(?:aws_secret_access_key|rubygems_api_key){_ASSIGNED}"),
    "credentials.toml": re.compile(rf"^[ \t]*token{_ASSIGNED}", re.MULTILINE),
}
_ONLY_IN: dict[str, tuple[str, ...]] = {
    "config.json": (".docker",),
    "credentials": (".aws", ".gem"),
    "credentials.toml": (".cargo",),
}


def _reads(path: str) -> bool:
    name = posixpath.basename(path)
    return name in _FORMS and posixpath.dirname(path).endswith(_ONLY_IN.get(name, ("",)))


@path_rule("secrets/login-in-settings", Severity.HIGH, docs=__doc__ or "", reads=_reads)
def login_in_settings(repository: Repository, path: str) -> Iterator[Hit | Unknown]:
    text = repository.text(path)
    if text is None or is_example_folder(path):
        return
    for found in _FORMS[posixpath.basename(path)].finditer(text):
        seen = look(found["secret"])
        if seen is not Look.EMPTY and not _commented(text, found.start()):
            yield Hit(
                f"{path} holds a login",
                (Place(path, Span(*found.span("secret"))),),
                severity=Severity.HIGH if seen >= Look.REAL else Severity.MEDIUM,
                action="take logins out of the settings of clients, and change them",
                hidden=True,
            )


def _commented(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith(("#", ";", "//#"))
