"""A folder without a commit, checked out as it lies: there is nothing else that could be meant."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_OURS = frozenset((".git", ".placid"))


def take_folder(source: Path, into: Path) -> int:
    """Copy all of a folder but git's and placid's own part; how many files there were."""
    count = 0
    into.mkdir(parents=True, exist_ok=True)
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        folders[:] = [name for name in folders if name not in _OURS and here / name != into]
        target = into / here.relative_to(source)
        for name in [*files, *(each for each in folders if (here / each).is_symlink())]:
            shutil.copy2(here / name, target / name, follow_symlinks=False)
            count += 1
        for name in folders:
            if not (here / name).is_symlink():
                (target / name).mkdir(exist_ok=True)
    return count
