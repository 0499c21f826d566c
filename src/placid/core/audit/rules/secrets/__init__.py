"""Rules about secrets in files."""

import re

_NAMES = re.compile(
    r"\..*|.*\.(?:ya?ml|env|pem|key|p12|pfx|jks|ppk|kdbx|keystore|toml|xml|json|ini|cfg|conf)"
    r"|.*env.*|id_.*|.*docker.*|_netrc|pip\.conf|.*credentials.*|action\.ya?ml"
)


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.startswith(".github/") or bool(_NAMES.fullmatch(path.rpartition("/")[2].lower()))
