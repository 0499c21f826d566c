"""`python -m placid` and the `placid` command."""

from __future__ import annotations

import sys

from placid import __version__


def main() -> None:
    """Answer `--version`, `run` and `check` without what they don't use; the rest is click's."""
    if sys.argv[1:] == ["--version"]:
        print(f"placid {__version__}")
        return
    if sys.argv[1:2] == ["run"]:
        from placid.faces.running import cli_run  # noqa: PLC0415 - the fast way, without click

        if not cli_run.wants_help(sys.argv[2:]):
            cli_run.main(sys.argv[2:])
    if sys.argv[1:2] == ["check"] and _checked(sys.argv[2:]):
        return
    from placid.faces.cli import run  # noqa: PLC0415 - start-up stays short

    run()


def _checked(words: list[str]) -> bool:
    """Whether `placid check` could be done without click."""
    from placid.faces.check_options import plain  # noqa: PLC0415 - the fast way

    given = plain(words)
    if given is None:
        return False
    from placid.faces.check_work import check  # noqa: PLC0415
    from placid.faces.exits import exiting  # noqa: PLC0415

    with exiting():
        check(*given)
    return True


if __name__ == "__main__":
    main()
