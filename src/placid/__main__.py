"""`python -m placid` and the `placid` command."""

from __future__ import annotations

import gc
import importlib
import sys

from placid import __version__


def main() -> None:
    """Answer `--version`, `run` and `check` without what they don't use; the rest is click's."""
    if sys.argv[1:] == ["--version"]:
        print(f"placid {__version__}")
        return
    if sys.argv[1:2] == ["run"]:
        _light()
        from placid.faces.running import cli_run  # noqa: PLC0415 - the fast way, without click

        if not cli_run.wants_help(sys.argv[2:]):
            cli_run.main(sys.argv[2:])
    if sys.argv[1:2] == ["check"] and _checked(sys.argv[2:]):
        return
    from placid.faces.cli import run  # noqa: PLC0415 - start-up stays short

    run()


class _Without:
    """Finds no typing_extensions: msgspec then takes what our Python has itself, which is enough,
    and spares what importing those needs (inspect, ast, tokenize)."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "typing_extensions":
            raise ModuleNotFoundError(name)


def _light() -> None:
    """Spare a short run a fifth of its start: no garbage is looked for while there is none."""
    gc.disable()
    without = _Without()
    sys.meta_path.insert(0, without)
    importlib.import_module("msgspec")
    sys.meta_path.remove(without)


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
