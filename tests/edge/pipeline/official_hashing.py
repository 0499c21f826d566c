"""npm `@actions/glob`, whose answers `hashFiles` has to give, and a record of some of them.

python -m tests.edge.pipeline.official_hashing   writes that record anew
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TypedDict

from tests.edge.pipeline.trees_made import patterns, plant

VERSION = "0.7.0"
FOLDER = Path(tempfile.gettempdir()) / "placid-test-packages" / f"actions-glob-{VERSION}"
PROGRAM = Path(__file__).with_name("hashing_official.mjs")
RECORD = Path(__file__).with_name("hashing_recorded.json")
ROOT = "<root>"

Answer = str | dict[str, str]


class Question(TypedDict):
    """The arguments of one `hashFiles`, and whether links are followed."""

    patterns: list[str]
    follow: bool


class Tree(TypedDict):
    """A folder, and what was asked about it with npm's answers (None: refused)."""

    files: dict[str, str]
    folders: list[str]
    links: dict[str, str]
    asked: list[tuple[list[str], bool, str | None]]


def missing() -> str:
    """Why npm's package cannot be asked here, "" when it can; it is fetched once."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "needs node and npm: apt-get install nodejs npm"
    if not (FOLDER / "node_modules" / "@actions" / "glob").is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        wanted = f"@actions/glob@{VERSION}"
        command = [npm, "install", "--silent", "--no-save", "--prefix", str(FOLDER), wanted]
        if subprocess.run(command, check=False, capture_output=True, timeout=120).returncode:
            return f"npm cannot fetch {wanted} here (offline?)"
    shutil.copy(PROGRAM, FOLDER / PROGRAM.name)
    return ""


def answers(root: Path, asked: list[Question]) -> list[Answer]:
    """What npm's package says of each."""
    done = subprocess.run(
        ["node", PROGRAM.name],
        cwd=FOLDER,
        input=json.dumps({"root": str(root), "asked": asked}).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    found: list[Answer] = json.loads(done.stdout.splitlines()[-1])
    return found


def questions(chance: random.Random, root: Path, count: int) -> list[Question]:
    """Random ones about a tree."""
    known = [str(path.relative_to(root)) for path in sorted(root.rglob("*"))]
    return [
        {"patterns": patterns(chance, str(root), known), "follow": chance.random() < 0.4}
        for _ in range(count)
    ]


def build(tree: Tree, root: Path) -> None:
    """Make the tree of a record."""
    for name in tree["folders"]:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, text in tree["files"].items():
        (root / name).write_text(text)
    for name, target in tree["links"].items():
        (root / name).symlink_to(target)


def _recorded(seed: int, root: Path) -> Tree:
    chance = random.Random(seed)
    plant(chance, root)
    asked = questions(chance, root, 200)
    paths = sorted(root.rglob("*"))
    name = {path: str(path.relative_to(root)) for path in paths}
    tree = Tree(
        files={name[each]: each.read_text() for each in paths if _is_file(each)},
        folders=[name[each] for each in paths if each.is_dir() and not each.is_symlink()],
        links={name[each]: str(each.readlink()) for each in paths if each.is_symlink()},
        asked=[],
    )
    kept: dict[str, int] = {}
    for one, answer in zip(asked, answers(root, asked), strict=True):
        said = answer if isinstance(answer, str) else None
        kind = str(said)
        kept[kind] = kept.get(kind, 0) + 1
        if kept[kind] <= 6:
            lines = [line.replace(str(root), ROOT) for line in one["patterns"]]
            tree["asked"].append((lines, one["follow"], said))
    return tree


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def main() -> None:
    trees: list[Tree] = []
    assert missing() == ""
    for seed in range(900, 908):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "ws"
            root.mkdir()
            trees.append(_recorded(seed, root))
    lines = ",\n".join(json.dumps(tree, ensure_ascii=False) for tree in trees)
    RECORD.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
