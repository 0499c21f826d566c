"""Actions that set a runtime up, and which of their inputs say the version."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setup:
    """`version` and `file` are names of inputs; "" for none. `fallback` is read without either."""

    runtime: str
    version: str
    file: str = ""
    fallback: str = ""


SETUPS = {
    "actions/setup-node": Setup("node", "node-version", "node-version-file"),
    "actions/setup-python": Setup(
        "python", "python-version", "python-version-file", ".python-version"
    ),
    "astral-sh/setup-uv": Setup("python", "python-version"),
    "actions/setup-go": Setup("go", "go-version", "go-version-file"),
    "ruby/setup-ruby": Setup("ruby", "ruby-version", "", ".ruby-version"),
    "actions/setup-java": Setup("java", "java-version", "java-version-file"),
    "shivammathur/setup-php": Setup("php", "php-version", "php-version-file"),
    "dtolnay/rust-toolchain": Setup("rust", "toolchain"),
    "actions-rs/toolchain": Setup("rust", "toolchain"),
}


def setup_of(uses: str) -> Setup | None:
    """The setup that `uses:` calls; None when it is none of these."""
    return SETUPS.get(uses.partition("@")[0].lower())
