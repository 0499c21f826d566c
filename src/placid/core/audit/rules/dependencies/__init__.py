"""Rules about which packages are installed, and how exactly they are named."""

import re

_NAMES = re.compile(
    r"package\.json|.*lock.*|npm-shrinkwrap\.json|.*requirements.*|pyproject\.toml|pipfile"
    r"|setup\.(?:py|cfg)|cargo\.toml|go\.(?:mod|sum|work)|gemfile|composer\.json|pom\.xml"
    r"|.*\.gradle(?:\.kts)?|mix\.exs|.*\.(?:cs|fs|vb)proj|packages\.config|.*docker.*|containerfile"
    r"|deno\.jsonc?|bun\.lockb?|\.gitmodules|.*\.tf|chart\.yaml|constraints.*\.txt"
)


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.startswith(".github/") or bool(_NAMES.fullmatch(path.rpartition("/")[2].lower()))
