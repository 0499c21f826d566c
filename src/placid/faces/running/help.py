"""The click command of `placid run`, made of the table of its options."""

from __future__ import annotations

import sys

import click

from placid.faces.running.cli_run import go, wants_help
from placid.faces.running.options import OPTIONS, Option

_ABOUT = """Run workflows of this commit here, the way GitHub would.

    Without WORKFLOW all run that a push of this commit starts. Exits 0 only on success.
    """


class RunCommand(click.Command):
    """`placid run`."""

    def __init__(self) -> None:
        words = click.Argument(["workflow_names"], nargs=-1, metavar="[WORKFLOW]...")
        options = [_click_option(option) for option in OPTIONS]
        super().__init__("run", params=[words, *options], help=_ABOUT)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave all but `--help` to our own parser."""
        if wants_help(args):
            return super().parse_args(ctx, args)
        ctx.args = list(args)
        return []

    def invoke(self, ctx: click.Context) -> None:
        """Run."""
        sys.exit(go(ctx.args))


def _click_option(option: Option) -> click.Option:
    names = [f"--{option.name}", *([f"-{option.short}"] if option.short else [])]
    kind = click.Choice(option.choices) if option.choices else click.STRING
    if option.kind == "flag":
        return click.Option(names, is_flag=True, help=option.help)
    if option.kind == "maybe":
        first = option.choices[0]
        return click.Option(names, is_flag=False, flag_value=first, type=kind, help=option.help)
    metavar = option.metavar or None
    many = option.kind == "many"
    return click.Option(names, multiple=many, type=kind, metavar=metavar, help=option.help)
