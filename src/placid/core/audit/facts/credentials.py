"""Whether a setting's name and value are a credential, and how real it looks.

A value is never part of what is said. EMPTY: none, or a placeholder; WEAK: a password anyone would
try first; REAL: one that someone made up; KEY: its form says what it is (a private key, a token).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from enum import IntEnum

from placid.formats.manifests.object import is_hole


class Look(IntEnum):
    """How much a value looks like a secret."""

    EMPTY = 0
    WEAK = 1
    REAL = 2
    KEY = 3


_NAME = re.compile(
    r"(^|[_.-])(password|passwd|passphrase|pwd|secret|secret[_.-]?key|token|api[_.-]?key"
    r"|access[_.-]?key|private[_.-]?key|auth[_.-]?key|encryption[_.-]?key|credentials?"
    r"|client[_.-]?secret|dsn|pat)([_.-]?[0-9]+)?$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HARMLESS = re.compile(
    r"(^|[_.-])(public|max|min|num|enable[d]?|disable[d]?|allow|use|require[d]?|is|has|no|token[_.-]"
    r"?(type|url|ttl|expir\w*)|key[_.-]?id)([_.-]|$)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"change[ _-]?(me|it|this)|replace|place[ _-]?holder|example|sample|dummy|fake|redacted"
    r"|your[ _-]|my[ _-]?(secret|password|token|key)|insert|to[ _-]?do|tbd|fixme|x{3,}|\*{3,}|\.{3}"
    r"|^<.*>$|^(none|null|nil|unset|empty|n/a|true|false|yes|no|on|off|default|disabled|enabled)$"
    r"|foo|bar(?![a-z])|lorem|not[ _-]?(a|real)|put[ _-]|enter[ _-]|^test\w{0,8}$|abc123|^0+$",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(pass(word|wd)?|pwd|admin|root|secret|guest|user|postgres|mysql|rabbitmq|redis|mongo|minio"
    r"|minioadmin|demo|dev|local|token|grafana|welcome|letmein|qwerty|123456?7?8?9?0?)"
    r"[-_]?([0-9]{0,4}|pass(word)?|secret)!?",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bxox[baprs]-[0-9A-Za-z-]{20,}|\bsk_live_[0-9a-zA-Z]{20,}|\bglpat-[0-9A-Za-z_-]{20}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|\bSG\.[\w-]{20,}\.[\w-]{20,}"
    r"|\bAIza[0-9A-Za-z_-]{35}\b|\bnpm_[A-Za-z0-9]{36}\b"
)
_KEY_MARKS = (
    "PRIVATE KEY",
    "AKIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "xox",
    "sk_live_",
    "glpat-",
    "eyJ",
    "SG.",
    "AIza",
    "npm_",
)
_IN_URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,80}:(?P<password>[^\s/@]{1,200})@")
_FILLED_IN = re.compile(r"\{[\w.\[\]!:]*\}|%\w+%|%\(\w+\)s|%s|@@?\w+@@?")
_REFERENCE = re.compile(
    r"/[\w./-]*|[a-z]+://[^@]*|\$.*|vault:.*|ENC\[.*|[\w.-]+\.(pem|key|json|crt)"
)


def is_credential_name(name: str) -> bool:
    """Whether a setting of this name holds a secret (DB_PASSWORD, apiKey; not TOKEN_URL)."""
    snake = _CAMEL.sub("_", name[:200])
    return bool(_NAME.search(snake)) and not _HARMLESS.search(snake)


def look(value: str) -> Look:
    """How real a credential looks whose setting has the name of one."""
    text = value.strip()
    if is_key(text):
        return Look.KEY
    if len(text) < 3 or len(text) > 20_000 or is_hole(text) or _PLACEHOLDER.search(text[:300]):
        return Look.EMPTY
    if in_url(text) is not None:
        return look_of_url(text)
    if _REFERENCE.fullmatch(text) or (text.isdigit() and len(text) < 6):
        return Look.EMPTY
    if _WEAK.fullmatch(text) or len(text) < 6:
        return Look.WEAK
    return Look.REAL


def is_dummy(value: str) -> bool:
    """Whether a value of a credential is a placeholder that would be used as it is."""
    text = value.strip()
    return 3 <= len(text) <= 300 and not is_hole(text) and bool(_PLACEHOLDER.search(text))


def in_url(value: str) -> str | None:
    """The password in a URL like postgres://user:password@host, or None."""
    found = _IN_URL.search(value[:2000]) if "://" in value else None
    return found["password"] if found else None


def look_of_url(value: str) -> Look:
    """How real the password in a URL looks; EMPTY when there is none."""
    password = in_url(value)
    if password is None or is_hole(password) or _FILLED_IN.fullmatch(password):
        return Look.EMPTY
    if _PLACEHOLDER.search(password):
        return Look.EMPTY
    return Look.WEAK if _WEAK.fullmatch(password) or len(password) < 6 else Look.REAL


def look_alone(value: str) -> Look:
    """How real a value looks whose setting says nothing: only its form counts."""
    return Look.KEY if is_key(value) else look_of_url(value)


def is_key(value: str) -> bool:
    """Whether the form of a value says that it is a key or token."""
    text = value[:20_000]
    return any(mark in text for mark in _KEY_MARKS) and bool(_KEY.search(text))


def is_random(value: str) -> bool:
    """Whether a value has the disorder of something generated (3 bits for each character)."""
    counts = Counter(value)
    size = len(value)
    bits = -sum(n / size * math.log2(n / size) for n in counts.values()) if size else 0.0
    return size >= 16 and bits >= 3.0 and not re.search(r"\s", value)
