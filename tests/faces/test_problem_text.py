"""Problems as they are printed, with and without colours."""

from __future__ import annotations

import re

from placid.base.errors import Problem, Problems
from placid.base.yamltext import Span, compose
from placid.faces.render import problem_text

TEXT = "app: shop\nstratgy: canary\n"
ONE = compose(TEXT, "placid.yaml").problem(
    'unknown key "stratgy"', Span(10, 17), hint='did you mean "strategy"?', fix="rename it"
)
PLAIN = """\
error: unknown key "stratgy"
  --> placid.yaml:2:1
   2 | stratgy: canary
     | ^^^^^^^ did you mean "strategy"?
fix: rename it"""


def test_one_problem() -> None:
    assert problem_text(ONE, colour=False) == PLAIN


def test_only_what_is_known_is_printed() -> None:
    assert problem_text(Problem("no"), colour=False) == "error: no"


def test_several_are_counted() -> None:
    both = problem_text(Problems([ONE, Problem("no")]), colour=False)
    assert both == f"{PLAIN}\n\nerror: no\n\n2 problems"
    assert problem_text(Problems([ONE]), colour=False) == PLAIN


def test_colours_change_no_letter() -> None:
    painted = problem_text(ONE, colour=True)
    assert "\033[" in painted
    assert re.sub(r"\033\[\d+m", "", painted) == PLAIN
