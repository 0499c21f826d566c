r"""Regular expressions as .NET reads them (its ECMAScript flavour), made into Python's.

    expression = Expression(r"^(?<file>\S+):(\d+)$")
    expression.search("a.py:3")            # ["a.py:3", "3", "a.py"]: by .NET's numbers

Alike: `\w \d \s \b` mean ASCII, and a letter that needs no escape may have one. Unlike Python:
named groups are numbered after the others, `(?i)` may stand anywhere and holds to the end of its
group, `\z` and `\Z`, `\e`, `\cX`, `\p{Lu}`, `[a-z-[aeiou]]`, a group that took no part is empty
text. Not to be had: a look-behind of varying length, balancing groups; RegexError says so.
"""

from __future__ import annotations

import re

from placid.formats.runnertext.regexes.classes import category, literal, read_class
from placid.formats.runnertext.regexes.reader import Reader, RegexError

_SHORTHANDS = frozenset("AbBdDsSwWfnrtv")
_ONE_CHARACTER = re.compile(r"\[|\w|\.|\\[dDsSwWfnrtvxU]")
_DIGITS = frozenset("123456789")
_ENDS = {"z": r"\Z", "Z": r"(?=\n?\Z)", "G": r"\A"}
_LOOKS = ("?:", "?=", "?!", "?>", "?<=", "?<!")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??")
_NAMED = re.compile(r"\?(?:<(\w+)>|'(\w+)')")
_FLAGS = re.compile(r"\?([imnsx]*)(?:-([imnsx]*))?([:)])")
_SPACED = re.compile(r"\(\?[imns]*x")
_CONDITION = re.compile(r"\?\((\w+)\)")
_REFERENCE = re.compile(r"k(?:<(\w+)>|'(\w+)')")


class Expression:
    """A compiled expression. RegexError when .NET, or Python, cannot have it."""

    def __init__(self, pattern: str) -> None:
        translation = _Translation(pattern)
        self.pattern = pattern
        self._slots = translation.slots()
        try:
            self._compiled = re.compile(translation.text(), re.ASCII)
        except (re.error, OverflowError, RecursionError) as error:
            raise RegexError(pattern, getattr(error, "pos", None), str(error)) from None

    @property
    def count(self) -> int:
        """How many groups there are, the whole match among them."""
        return len(self._slots) + 1

    def search(self, line: str) -> list[str] | None:
        """The groups of the first match; None when there is none."""
        found = self._compiled.search(line)
        if found is None:
            return None
        groups = [found[0]]
        for places in self._slots:
            taken = [found[place] for place in places if found[place] is not None]
            groups.append(taken[-1] if taken else "")
        return groups


class _Translation:
    """One walk over the pattern; `names` are those of all its groups, in the order of opening."""

    def __init__(self, pattern: str) -> None:
        self._names = _names(pattern)
        self._reader = Reader(pattern)
        # For each open group the flags set inside of it, as what opens and what closes their scope.
        self._scopes: list[list[str]] = [[]]
        self._number = _numbers(self._names)
        self._spaced = _SPACED.search(pattern) is not None

    def slots(self) -> list[list[int]]:
        """For each of .NET's groups from 1 on, Python's groups that fill it."""
        count = len(set(self._number.values()))
        return [
            [place for place, number in self._number.items() if number == wanted]
            for wanted in range(1, count + 1)
        ]

    def text(self) -> str:
        reader, out = self._reader, list[str]()
        quantified = False
        while not reader.done:
            if quantifier := reader.match(_QUANTIFIER):
                if quantified and quantifier[0] == "+":  # possessive in Python, wrong in .NET
                    raise reader.error("Nested quantifier '+'.")
                out.append(_repeated(out, quantifier[0]))
            else:
                out.append(self._one(reader.take()))
            quantified = quantifier is not None
        if len(self._scopes) > 1:
            raise reader.error("Not enough )'s.")
        out.append("\n" * self._spaced)  # the end of a comment
        return "".join(out) + ")" * len(self._scopes[0])

    def _one(self, char: str) -> str:
        match char:
            case "\\":
                return self._escape()
            case "[":
                return read_class(self._reader)
            case "(":
                return self._open()
            case ")":
                return self._close()
            case "|":
                scopes = self._scopes[-1]
                return ")" * len(scopes) + "|" + "".join(scopes)
            case "^" | "$" | ".":
                return char
            case _:
                return char if self._spaced and char in "# \t\n" else literal(char)

    def _close(self) -> str:
        if len(self._scopes) == 1:
            raise self._reader.error("Too many )'s.")
        return ")" * len(self._scopes.pop()) + ")"

    def _open(self) -> str:
        reader = self._reader
        if reader.skip("?#"):
            reader.after(")", "Unterminated (?#...) comment.")
            return ""
        if look := next((look for look in _LOOKS if reader.skip(look)), None):
            return self._group(f"({look}")
        if reader.match(_NAMED):
            return self._group("(")
        if flags := reader.match(_FLAGS):
            return self._flags(flags)
        if condition := reader.match(_CONDITION):
            return self._group(f"(?({self._place(condition[1])})")
        if reader.peek() == "?":
            raise reader.error("Unrecognized grouping construct.")
        return self._group("(")

    def _group(self, opening: str) -> str:
        self._scopes.append([])
        return opening

    def _flags(self, flags: re.Match[str]) -> str:
        on, off = (flags[1] or "").replace("n", ""), (flags[2] or "").replace("n", "")
        opening = f"(?{on}-{off}:" if off else f"(?{on}:"
        if flags[3] == ":":
            return self._group(opening)
        self._scopes[-1].append(opening)
        return opening

    def _escape(self) -> str:
        reader = self._reader
        char = reader.take() if not reader.done else ""
        if char in _SHORTHANDS:
            return "\\" + char
        if char in _DIGITS:
            return self._numbered()
        if char in _ENDS:
            return _ENDS[char]
        if char in ("p", "P"):
            return f"[{category(reader, char == 'P')}]"
        reader.at -= len(char)
        if reference := reader.match(_REFERENCE):
            return self._back(self._place(reference[1] or reference[2]))
        return literal(reader.escaped())

    def _numbered(self) -> str:
        reader, start = self._reader, self._reader.at - 1
        highest = max(self._number.values(), default=0)
        while _is_number(reader.peek()) and int(reader.pattern[start : reader.at + 1]) <= highest:
            reader.take()
        number = int(reader.pattern[start : reader.at])
        if number <= highest:
            return self._back(self._place(str(number)))
        reader.at = start
        return literal(reader.escaped())

    def _back(self, place: int) -> str:
        # In this flavour a group that took no part is matched by the empty text.
        return f"(?({place})\\{place})"

    def _place(self, name: str) -> int:
        """Python's number of a group that .NET calls by a name or number."""
        for place, known in enumerate(self._names, 1):
            if known == name or (_is_number(name) and self._number[place] == int(name)):
                return place
        raise self._reader.error(f"Reference to undefined group name '{name}'.")


def _repeated(out: list[str], quantifier: str) -> str:
    """The quantifier; of a loop whose body is a loop over one character one that is no loop.

    `(x+)+` means no more than `(x+)`, and takes a time that doubles with each character.
    """
    many, lazy = quantifier[0], quantifier[1:]
    if many not in "+*" or len(out) < 4 or out[-1] != ")" or out[-4] not in ("(", "(?:"):
        return quantifier
    if out[-2] not in ("+", "*") or not _ONE_CHARACTER.match(out[-3]):
        return quantifier
    if out[-2] == "*" and not lazy and out[-4] == "(":
        out[-4:] = [*out[-3:-1], "()"]  # the last turn takes nothing
    return f"?{lazy}" if many == "*" and (lazy or out[-2] == "+") else ""


def _names(pattern: str) -> list[str]:
    """The names of all capturing groups in the order of their opening, "" for those without."""
    reader, found = Reader(pattern), list[str]()
    while not reader.done:
        match reader.take():
            case "\\":
                reader.at += 1
            case "[":
                read_class(reader)
            case "(" if named := reader.match(_NAMED):
                found.append(named[1] or named[2])
            case "(" if reader.peek() != "?":
                found.append("")
            case "(" if reader.skip("?#"):
                reader.after(")", "Unterminated (?#...) comment.")
            case "(" if reader.skip("?("):
                pass
            case _:
                pass
    return found


def _numbers(names: list[str]) -> dict[int, int]:
    """.NET's number of each of Python's groups: those without a name first, then by name."""
    numbers = {place: int(name) for place, name in enumerate(names, 1) if _is_number(name)}
    free = 0
    for place, name in enumerate(names, 1):
        if not name:
            free += 1
            numbers[place] = free
    taken = set(numbers.values())
    known: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if place in numbers:
            continue
        if name not in known:
            known[name] = min(set(range(1, len(names) + 2)) - taken)
            taken.add(known[name])
        numbers[place] = known[name]
    return numbers


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) < 10
