"""`python -m placid` and the `placid` command."""

from __future__ import annotations

import sys

from placid import __version__


def main() -> None:
    """Answer `--version` without importing anything else; the rest is the command line's."""
    if sys.argv[1:] == ["--version"]:
        print(f"placid {__version__}")
        return
    from placid.faces.cli import run  # noqa: PLC0415 - start-up stays short

    run()


if __name__ == "__main__":
    main()
