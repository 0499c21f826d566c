"""What is known of a repository while its service is guessed: files in, facts with sources out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a repository below `folder` ("" or "backend/"), and the texts of some."""

    files: tuple[str, ...]
    texts: Mapping[str, str]
    folder: str = ""

    def has(self, path: str) -> bool:
        return self.folder + path in self.files

    def text(self, path: str) -> str:
        """The text of a file, "" when there is none."""
        return self.texts.get(self.folder + path, "")

    def code(self, *endings: str) -> Iterator[tuple[str, str]]:
        """Path (from the folder) and text of every file with such an ending, no tests, in order."""
        for path in sorted(self.texts, key=lambda path: (path.count("/"), path)):
            inner = path.removeprefix(self.folder)
            if path.startswith(self.folder) and path.endswith(endings) and not is_test(inner):
                yield inner, self.texts[path]

    def below(self, folder: str) -> Tree:
        return Tree(self.files, self.texts, f"{self.folder}{folder}/")


_TEST = re.compile(
    r"(^|/)(tests?|specs?|__tests__|testdata|fixtures|examples?|docs?|node_modules|vendor"
    r"|bench(marks?)?|scripts?)/|(^|/)(test_[^/]*|conftest)\.py$|(_test\.go|_spec\.rb"
    r"|[._](test|spec)\.[cm]?[jt]sx?|\.d\.ts)$"
)


def is_test(path: str) -> bool:
    """Whether a file is no part of what runs: a test, an example, a document."""
    return bool(_TEST.search(path))


@dataclass(frozen=True, slots=True)
class Found:
    """A service that was found. Every sentence says what was guessed and from where.

    run or image is set; `unsure` are sentences about what could not be known, for a comment in the
    file too; `name` is the name that the project gives itself, or "".
    """

    run: str = ""
    build: str = ""
    image: str = ""
    name: str = ""
    health: str = ""
    because: tuple[str, ...] = ()
    unsure: tuple[str, ...] = field(default=())


def reads_port(tree: Tree, *endings: str) -> str:
    """The first place ("app.py:7") where code reads the variable PORT, or ""."""
    for path, text in tree.code(*endings):
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r"""["'`]PORT["'`]|process\.env\.PORT\b|\benv\.PORT\b""", line):
                return f"{path}:{number}"
    return ""


def port_doubt(tree: Tree, *endings: str) -> tuple[str, ...]:
    """A sentence for `unsure` when no code was seen to read PORT."""
    if reads_port(tree, *endings):
        return ()
    return ("no code that reads $PORT was found: the service must listen on that port",)
