"""Copies of folders: whole or not there, and never sharing an inode with what they are made of."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path


def copy_tree(source: Path, target: Path) -> None:
    """Put a copy of a folder at `target`; one that is there already is left as it is."""
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".new-{os.getpid()}-{threading.get_ident()}-{target.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh, symlinks=True)
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh)
        if not target.is_dir():
            raise
