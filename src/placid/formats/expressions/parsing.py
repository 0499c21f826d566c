"""Tokens to tree, by recursive descent.

From loose to tight: ||, &&, == and !=, < <= > >=, !, then `.name`, `.*`, `[index]`. Only a
context, a call or what is in parentheses can be indexed. Every way down counts towards the depth,
each operator run once and each index for itself, so that no input can exhaust the stack.
"""

from __future__ import annotations

from placid.base.yamltext.nodes import Span
from placid.formats.expressions.nodes import (
    Call,
    Compare,
    ExpressionError,
    Index,
    Literal,
    Logic,
    Name,
    Node,
    Not,
    Wildcard,
)
from placid.formats.expressions.signatures import Known
from placid.formats.expressions.tokens import Token, tokens

MAX_DEPTH = 50
_EQUALITY = frozenset({"==", "!="})
_ORDER = frozenset({"<", "<=", ">", ">="})


def parse(text: str, *, offset: int = 0, known: Known | None = None) -> Node:
    """The tree of an expression without its `${{ }}`.

    `offset` is added to all spans; with `known`, names and argument counts are checked while
    reading, so that the first error is the one GitHub reports.
    """
    parser = _Parser(tokens(text, offset), known)
    if parser.next.kind == "end":
        raise ExpressionError("An expression was expected", Span(offset, offset + len(text)))
    tree = parser.expression()
    if parser.next.kind != "end":
        raise _wrong("Unexpected symbol", parser.next)
    return tree


def _wrong(what: str, token: Token) -> ExpressionError:
    return ExpressionError(f"{what}: '{token.said}'", token.at)


class _Parser:
    def __init__(self, found: list[Token], known: Known | None) -> None:
        self._tokens = found
        self._place = 0
        self._depth = 0
        self._known = known
        self.next = found[0]

    def _take(self) -> Token:
        token = self.next
        self._place += 1
        self.next = self._tokens[self._place]
        return token

    def _expect(self, kind: str) -> Token:
        if self.next.kind != kind:
            raise _wrong("Unexpected symbol", self.next)
        return self._take()

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _wrong(f"Exceeded max expression depth {MAX_DEPTH}", self.next)

    def expression(self) -> Node:
        self._deeper()
        tree = self._run("||")
        self._depth -= 1
        return tree

    def _run(self, operator: str) -> Node:
        first = self._run("&&") if operator == "||" else self._comparison(_EQUALITY)
        if self.next.kind != operator:
            return first
        self._deeper()
        args = [first]
        while self.next.kind == operator:
            self._take()
            args.append(self._run("&&") if operator == "||" else self._comparison(_EQUALITY))
        self._depth -= 1
        return Logic(operator, tuple(args), _over(first, args[-1]))

    def _comparison(self, operators: frozenset[str]) -> Node:
        left = self._comparison(_ORDER) if operators is _EQUALITY else self._not()
        chained = 0
        while self.next.kind in operators:
            chained += 1
            if chained > 1 and self._depth + chained > MAX_DEPTH:
                raise _wrong(f"Exceeded max expression depth {MAX_DEPTH}", self.next)
            operator = self._take().kind
            right = self._comparison(_ORDER) if operators is _EQUALITY else self._not()
            left = Compare(operator, left, right, _over(left, right))
        return left

    def _not(self) -> Node:
        if self.next.kind != "!":
            return self._indexed()
        sign = self._take()
        self._deeper()
        operand = self._not()
        self._depth -= 1
        return Not(operand, Span(sign.at.start, operand.at.end))

    def _indexed(self) -> Node:
        start = self.next.at.start
        may_have_properties = self.next.kind in {"name", "("}
        tree = self._operand()
        entered = self._depth
        while may_have_properties and self.next.kind in {".", "["}:
            if self._take().kind == ".":
                tree = self._property(tree, start)
            else:
                tree = self._bracket(tree, start)
        self._depth = entered
        return tree

    def _property(self, of: Node, start: int) -> Node:
        self._deeper()
        if self.next.kind not in {"name", "*"}:
            raise _wrong("Unexpected symbol", self.next)
        token = self._take()
        at = Span(start, token.at.end)
        if token.kind == "*":
            return Wildcard(of, at)
        return Index(of, Literal(token.said, token.at), at)

    def _bracket(self, of: Node, start: int) -> Node:
        key = None
        if self.next.kind == "*":
            self._take()
        else:
            key = self.expression()
        at = Span(start, self._expect("]").at.end)
        self._deeper()
        return Wildcard(of, at) if key is None else Index(of, key, at)

    def _operand(self) -> Node:
        token = self.next
        if token.kind == "name":
            return self._named(self._take())
        if token.kind == "value":
            self._take()
            return Literal(token.value, token.at)
        if token.kind == "(":
            self._take()
            inner = self.expression()
            self._ended()
            self._expect(")")
            return inner
        self._ended()
        raise _wrong("Unexpected symbol", token)

    def _ended(self) -> None:
        """At the end, where more was expected, the token before it is named."""
        if self.next.kind == "end":
            raise _wrong("Unexpected end of expression", self._tokens[self._place - 1])

    def _named(self, name: Token) -> Node:
        if self.next.kind == "(":
            return self._call(name)
        wrong = self._known.context(name.said, name.at) if self._known else None
        if wrong:
            raise wrong
        return Name(name.said, name.at)

    def _call(self, name: Token) -> Node:
        self._take()
        args: list[Node] = []
        while self.next.kind != ")":
            args.append(self.expression())
            if self.next.kind != ")":
                self._expect(",")
                if self.next.kind == ")":
                    raise _wrong("Unexpected symbol", self.next)
        end = self._take().at.end
        wrong = self._known.function(name.said, len(args), name.at) if self._known else None
        if wrong:
            raise wrong
        return Call(name.said, tuple(args), Span(name.at.start, end), name.at)


def _over(first: Node, last: Node) -> Span:
    return Span(first.at.start, last.at.end)
