"""Random folders and random glob patterns, from a seed, for `hashFiles`.

Left out are `~` of a home and classes like [:alpha:], for which npm's package makes a regular
expression that JavaScript refuses as soon as the segment has another sign.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

_NAMES = r"""
    a b c src lib docs .git .hidden a.txt b.txt README.md x.lock package-lock.json A a-b a_b a+b
    a[b] [a] a{b} ä 日本 a'b #x !y a\b -z B.txt Z 0 10 2 a(b) ^ ] a*b a?b @ $x [ab a\ \
"""
NAMES = (*_NAMES.split(), "with space", "a\nb", " ")
_PIECES = r"""
    * ** ? a b c src .git [ab] [!a] [^b] [a-c] [] ] [ \* \a \\ *.txt *.md a* *b .* *** ?? [[]
    [z-a] [a-] [-a] *.lock a?b **.txt a** 日* [ä-ü] { } ( + @ ! # . $ ^ [!] [^] []a] [a]b]
    [a-c-e] [a\]b] [\a-c] [a-\c] [a-b-] [b-a-c] [?] [*] ??? [!a-c]*
"""
PIECES = (*_PIECES.split(), "with space", " ")
PLACES = ("..", "../a", ".", "a", "b.txt", "src", "nowhere")


def plant(chance: random.Random, folder: Path) -> None:
    """Files, folders and a few links below `folder`; no link leads out of it."""
    _fill(chance, folder, 0)
    folders = [folder, *(path for path in sorted(folder.rglob("*")) if path.is_dir())]
    for _ in range(3):
        inside = chance.choice(folders)
        path = inside / chance.choice(NAMES)
        places = PLACES if inside != folder else PLACES[2:]
        if not os.path.lexists(path):
            path.symlink_to(chance.choice(places))


def _fill(chance: random.Random, folder: Path, depth: int) -> None:
    for name in chance.sample(NAMES, chance.randint(0, 12)):
        path = folder / name
        if chance.random() < 0.35 and depth < 3:
            path.mkdir()
            _fill(chance, path, depth + 1)
        else:
            path.write_text(chance.choice(("", "same", f"{name} {depth}")))


def _segment(chance: random.Random, name: str) -> str:
    """A segment that may match a name."""
    kind = chance.random()
    if kind < 0.55:
        return name
    if kind < 0.65:
        return "".join("[[]" if char == "[" else char for char in name)
    if kind < 0.78 and name:
        at = chance.randrange(len(name))
        return name[:at] + chance.choice(PIECES) + name[at + chance.randint(0, 1) :]
    if kind < 0.85:
        return "".join(f"\\{char}" if chance.random() < 0.5 else char for char in name)
    return "".join(chance.choices(PIECES, k=chance.choice((1, 1, 1, 2))))


def pattern(chance: random.Random, root: str, known: list[str]) -> str:
    """One line. `known` are paths below the root."""
    names = chance.choice(known or ["a"]).split("/")
    segments = [_segment(chance, name) for name in names]
    if chance.random() < 0.4:
        at = chance.randint(0, len(segments))
        segments[at : at + chance.randint(0, 2)] = chance.choice((["**"], ["**", "**"], ["*"]))
    start = chance.choice(("", "", "", "", "./", "**/", f"{root}/"))
    text = chance.choice(("/", "/", "/", "//")).join(segments)
    end = chance.choice(("", "", "", "", "", "", "/", "/**", "/*", "/**/", "/."))
    return chance.choice(("", "", "", "", "", "!", "! ", "!!", "#", " ")) + start + text + end


def patterns(chance: random.Random, root: str, known: list[str]) -> list[str]:
    """The arguments of one `hashFiles`."""
    return [pattern(chance, root, known) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
