"""Commands that install packages: which of them may change or pass over the lock file.

An `Install` is one command of a Dockerfile or a workflow that takes packages by the manifest and
not by the lock, with the edits that would keep it to the lock.
"""

from __future__ import annotations

from typing import NamedTuple

from placid.formats.shell import Command, Word


class Remedy(NamedTuple):
    """Replace `word` by `text`; when `after` is on, `text` is put behind it."""

    word: Word
    text: str
    after: bool


class Install(NamedTuple):
    """`tool` keeps the lock, `said` is the command in short, `better` what it should be."""

    tool: str
    said: str
    better: str
    remedy: Remedy


_NPM = frozenset(("install", "i", "in", "add"))
_NPM_NEVER = frozenset(
    ("-g", "--global", "--no-package-lock", "--package-lock-only", "--no-save", "--location=global")
)
_FROZEN = {
    "yarn": (
        "--frozen-lockfile",
        "--immutable",
        "--pure-lockfile",
        "--mode=update-lockfile",
        "-v",
        "--v",
        "-h",
    ),
    "pnpm": ("--frozen-lockfile", "--lockfile-only", "-g", "--global", "--no-lockfile"),
    "bun": ("--frozen-lockfile", "-g", "--global", "--no-save"),
    "uv": ("--locked", "--frozen", "--upgrade", "-U"),
    "pipenv": ("--deploy", "--ignore-pipfile", "--system --deploy"),
    "pdm": ("--frozen-lockfile", "--check", "--no-lock"),
    "cargo": ("--locked", "--frozen", "--offline"),
}


def install_of(command: Command, berry: bool, ci: bool) -> Install | None:
    """What a command installs past the lock; None when it keeps to it, or installs nothing.

    `berry` is on where yarn is version 2 or later; `ci` in workflows, where pnpm and berry keep to
    the lock by themselves.
    """
    readers = {"npm": _npm, "uv": _uv, "cargo": _cargo, "pipenv": _flagged, "pdm": _flagged}
    program = command.program
    if program in readers:
        return None if program == "cargo" and ci else readers[program](command)
    if program == "yarn":
        return None if berry and ci else _yarn(command, berry)
    if program == "pnpm":
        return None if ci else _flagged(command)
    return _flagged(command) if program == "bun" else None


def _npm(command: Command) -> Install | None:
    words = command.arguments
    texts = command.texts()
    if not words or words[0].text not in _NPM or _NPM_NEVER & set(texts):
        return None
    if not all(text.startswith("-") for text in texts[1:]) or texts[0] == "add":
        return None
    return Install("npm", f"npm {texts[0]}", "npm ci", Remedy(words[0], "ci", False))


def _yarn(command: Command, berry: bool) -> Install | None:
    texts = command.texts()
    bare = all(text.startswith("-") for text in texts)
    if not (bare or (texts[0] == "install" and all(text.startswith("-") for text in texts[1:]))):
        return None
    if any(
        text.startswith(_FROZEN["yarn"]) or text in {"--version", "-v", "--help"} for text in texts
    ):
        return None
    flag = "--immutable" if berry else "--frozen-lockfile"
    last = command.words[0] if bare else command.words[1]
    text = f" install {flag}" if bare else f" {flag}"
    return Install("yarn", "yarn install", f"yarn install {flag}", Remedy(last, text, True))


def _flagged(command: Command) -> Install | None:
    """`install` with nothing but flags, none of which freezes the lock."""
    program, texts = command.program, command.texts()
    verbs = ("install", "i") if program in {"pnpm", "bun"} else ("install",)
    if not texts or texts[0] not in verbs or any(not each.startswith("-") for each in texts[1:]):
        return None
    if any(each.startswith(_FROZEN[program]) for each in texts):
        return None
    flag = _FROZEN[program][0]
    remedy = Remedy(command.words[1], f" {flag}", True)
    return Install(program, f"{program} install", f"{program} install {flag}", remedy)


def _uv(command: Command) -> Install | None:
    texts = command.texts()
    if not texts or texts[0] != "sync" or any(each.startswith(_FROZEN["uv"]) for each in texts):
        return None
    return Install("uv", "uv sync", "uv sync --locked", Remedy(command.words[1], " --locked", True))


def _cargo(command: Command) -> Install | None:
    """A release build; tests and checks are run on what is newest on purpose by some."""
    texts = command.texts()
    if (
        not texts
        or texts[0] not in {"build", "b"}
        or any(each in _FROZEN["cargo"] for each in texts)
    ):
        return None
    if "--release" not in texts and "-r" not in texts:
        return None
    said = f"cargo {texts[0]} --release"
    remedy = Remedy(command.words[1], " --locked", True)
    return Install("cargo", said, f"{said} --locked", remedy)
