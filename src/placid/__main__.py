"""`python -m placid` and the `placid` command."""

from __future__ import annotations

import sys

from placid import __version__


def main() -> None:
    """Answer `--version` and `run` without importing what they don't use; the rest is click's."""
    if sys.argv[1:] == ["--version"]:
        print(f"placid {__version__}")
        return
    if sys.argv[1:2] == ["run"]:
        from placid.faces.running import cli_run  # noqa: PLC0415 - the fast way, without click

        if not cli_run.wants_help(sys.argv[2:]):
            cli_run.main(sys.argv[2:])
    from placid.faces.cli import run  # noqa: PLC0415 - start-up stays short

    run()


if __name__ == "__main__":
    main()
