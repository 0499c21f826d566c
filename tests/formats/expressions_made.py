"""Expressions made at random, right ones and ones with a letter too many, for the tests."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

CONTEXTS: dict[str, object] = {
    "github": {
        "ref": "refs/heads/main",
        "Actor": "Octo",
        "run": "42",
        "event": {
            "commits": [
                {"id": "a", "author": {"name": "Ann", "n": 1}},
                {"id": "b", "author": {"name": "bob"}},
                {"id": "C"},
            ],
            "num": 12.5,
            "t": True,
            "nil": None,
            "empty": {},
            "mixed": [1, "1", True, None, [1, [2, 3]], {"a": [1, 2], "b": {"a": 5}}],
        },
    },
    "env": {"A": "x", "b_c": "0x1F", "sp": "  12 ", "nan": "NaN"},
    "matrix": {
        "os": ["linux", "Mac"],
        "include": [{"os": "a"}, {"os": "b", "v": 2}],
        "nested": [[1, 2], [3, [4]]],
    },
    "needs": {
        "build": {"result": "success", "outputs": {"k": "v"}},
        "test": {"result": "failure", "outputs": {}},
    },
    "steps": {},
    "inputs": {"flag": True, "n": 0},
}
FUNCTIONS = {"success": (0, 1_000_000), "hashFiles": (1, 255), "always": (0, 0)}

_WRITTEN_LITERALS = (
    "0 1 2 -1 +3 3.14 .5 5. 1e3 1E-3 -0 0x1f 0xFF 0o17 NaN Infinity -Infinity 100000 0.0001 01 "
    "true false null '' 'a' 'A' 'success' '1' '0x1F' '0o7' 'true' 'null' 'NaN' '-1' 'it''s' '{0}' "
    "'{0}-{1}' '{{0}}' '{' '}' '{}' '[1,2,{\"a\":null}]' '{\"a\":{\"b\":[1,2]},\"A\":2}' '[]' "
    "'\"x\"' '1.5' 'é' 'É' '}}' 'abc,def' 'commits' 'ref' '[[1],[2,3]]' '{bad' 'λ' 'Λ' '😀' '{01}'"
)
_WRITTEN_PATHS = (
    "github.ref github.event.commits github.event.commits[0].author github.event.mixed.*.a "
    "github.event.commits.*.author.name github.event.mixed github.event.mixed.* github.event.* "
    "github.event.num github.Actor github.event.nil github.event.empty GITHUB.run matrix.os "
    "matrix.include.*.os matrix.nested matrix.nested.* matrix.nested.*[0] matrix.nested.*.* "
    "matrix.* needs.*.result needs.build.outputs.k needs.* needs.*.outputs.* env.A env.b_c env.sp "
    "env.nan inputs.flag inputs.n steps steps.x.y nope"
)
_WRITTEN_TAILS = (
    ".ref .name .id .os .a .NAME .true .x-y .missing .* [*] [0] ['1'] [-1] [1.9] ['name'] "
    "[true] [null] [NaN] ['']"
)
_LITERALS = _WRITTEN_LITERALS.split()
_PATHS = _WRITTEN_PATHS.split()
_TAILS = _WRITTEN_TAILS.split()
_ARITIES = {
    "contains": 2,
    "CONTAINS": 2,
    "startsWith": 2,
    "endsWith": 2,
    "toJSON": 1,
    "fromJSON": 1,
    "join": 2,
    "case": 3,
    "format": 3,
    "success": 0,
    "hashFiles": 1,
    "bogus": 1,
}
_FORMATS = ["'{0}'", "'{0} {1}'", "'x{1}{{'", "'{0}}}'", "'{2}'", "'a{0}b{0}'"]
_JSON = ['\'[1,"a",true,{"k":[1]}]\'', "'3.25'", "' [ ] '", "'[1,]'", "'-0'", "toJSON(github)"]
_OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "&&", "||"]
_STRAY = [*"()[].,!<>=&|*'\"{}$ \t-+09xeaAé_\\#%/@`^~?:;", "''", "&&", "==", ".*", "NaN", "github"]


def expression(random: Random, depth: int) -> str:
    """One that most often is right; `depth` bounds how deep it goes."""
    kind = random.random()
    if depth <= 0 or kind < 0.45:
        return _operand(random, depth)
    if kind < 0.55:
        return "!" + expression(random, depth - 1)
    operator = random.choice(_OPERATORS)
    return f"{expression(random, depth - 1)} {operator} {expression(random, depth - 1)}"


def _operand(random: Random, depth: int) -> str:
    kind = random.random()
    if kind < 0.35 or depth <= 0:
        return random.choice(_LITERALS)
    makers: list[Callable[[Random, int], str]] = [_path, _group, _call, _call]
    return random.choice(makers)(random, depth) + (_tail(random, depth) if kind < 0.6 else "")


def _path(random: Random, _: int) -> str:
    return random.choice(_PATHS)


def _group(random: Random, depth: int) -> str:
    return f"({expression(random, depth - 1)})"


def _tail(random: Random, depth: int) -> str:
    if random.random() < 0.2:
        return f"[{expression(random, depth - 1)}]"
    return random.choice(_TAILS) * random.choice([1, 1, 1, 2])


def _call(random: Random, depth: int) -> str:
    name = random.choice(list(_ARITIES))
    count = _ARITIES[name] if random.random() < 0.95 else random.randrange(5)
    args = [expression(random, depth - 1) for _ in range(count)]
    if args and name == "format":
        args[0] = random.choice(_FORMATS)
    if args and name == "fromJSON":
        args[0] = random.choice(_JSON)
    if args and name == "case":
        args[0] = random.choice(["true", "false", "1 == 1", "!github.x", "'x'"])
    return f"{name}({', '.join(args)})"


def mutated(random: Random, text: str) -> str:
    """The text with a few letters taken out, put in or written twice."""
    for _ in range(random.choice([1, 1, 2, 3])):
        place = random.randrange(len(text) + 1)
        kind = random.random()
        if kind < 0.4:
            text = text[:place] + text[place + random.choice([1, 1, 2, 4]) :]
        elif kind < 0.85:
            text = text[:place] + random.choice(_STRAY) + text[place:]
        else:
            text = text[:place] + text[place : place + 5] + text[place:]
    return text


def some(seed: int, count: int) -> list[str]:
    """So many, nearly half of them mutated."""
    random = Random(seed)
    made: list[str] = []
    while len(made) < count:
        text = expression(random, random.choice([1, 2, 3, 4]))
        if len(text) < 2000:
            made.append(mutated(random, text) if random.random() < 0.45 else text)
    return made
