"""Rules about the languages and systems it runs on."""

import re

_NAMES = re.compile(
    r"\.(?:node|python|ruby|java|go|terraform)-version|\.nvmrc|\.tool-versions|\.?mise\.toml"
    r"|runtime\.txt|rust-toolchain(?:\.toml)?|package\.json|pyproject\.toml|setup\.(?:py|cfg)"
    r"|go\.(?:mod|work)|gemfile.*|pipfile|cargo\.toml|composer\.json|.*docker.*|.*containerfile.*"
    r"|.*compose.*|devcontainer\.json|\.devcontainer\.json|\.gitlab-ci\.yml|.*lock.*|pom\.xml"
    r"|.*\.gradle(?:\.kts)?|global\.json|netlify\.toml|app\.yaml|\.travis\.yml|\.sdkmanrc"
)


def concerns(path: str) -> bool:
    """Whether a file of this path is any reason to load these rules."""
    return path.startswith(".github/") or bool(_NAMES.fullmatch(path.rpartition("/")[2].lower()))
