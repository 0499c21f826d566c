"""The rules on secrets take any text: they find something or nothing, never fail, never tell."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from placid.base.yamltext import Span
from placid.core.audit.audit import ask, every_rule, findings
from placid.core.audit.masking import masked, showable, shown

from .trees import repository

RULES = [rule for name, rule in every_rule() if name.startswith("secrets/")]
FILES = (
    *(".env", "a/.env.example", ".npmrc", ".netrc", ".pypirc", "pip.conf", "deploy/id_rsa"),
    *("server.key", "compose.yaml", "placid.yaml", ".github/workflows/ci.yml", "a/action.yml"),
)
PIECES = st.sampled_from(
    [
        *("A=", "SECRET=", "'", '"', "\n", "\r\n", " ", "  ", "#", "\t", "\ufeff", "é", "\\", "$X"),
        *("export ", "password ", ":_authToken=", "-----BEGIN RSA PRIVATE KEY-----\n", "Q" * 50),
        *(
            "jobs:\n  a:\n    steps:\n      - run: |\n          ",
            "echo ",
            "${{ secrets.X }}",
            "${{",
        ),
        *("}}", " | base64", " > f", "set -x\n", "$(", "<<EOF\n", "services:\n  a:\n", "url: "),
        *("    environment:\n      - ", "key: ", "https://a:bcdefghij0K@h/", "{", "}", "[", "- "),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join)


@given(st.sampled_from(FILES), TEXTS)
def test_any_text_is_taken(path: str, text: str) -> None:
    there = repository({path: text.encode("utf-8", "surrogatepass")})
    said = [each for rule in RULES for each in ask(rule, there, there.paths)]
    found = findings(there, said)
    size = len(there.text(path) or "")
    for each in found:
        assert all(0 <= at.span.start <= at.span.end <= size for at in each.at)
    assert len(showable(there, path, found) or "") == size


@given(st.text(string.ascii_letters, min_size=16, max_size=30), st.text(max_size=20))
def test_no_secret_is_told(secret: str, before: str) -> None:
    before = before.replace("\n", " ").replace("\r", " ")
    text = f"#{before}\nDB_PASSWORD={secret}9\n//r/:_authToken={secret}9\n"
    for path in (".env", ".env.example", ".npmrc"):
        there = repository({path: text})
        found = findings(there, [each for rule in RULES for each in ask(rule, there, there.paths)])
        assert secret not in repr([(each.message, each.action, each.fix) for each in found])


def test_masks_keep_the_length_and_the_lines() -> None:
    text = "a=abcdefghijklmnopqrst\nb\nend"
    assert masked(text, [Span(2, 22)]) == "a=abcd****************\nb\nend"
    assert masked(text, [Span(2, 8), Span(20, 24)]) == "a=******ghijklmnopqr**\n*\nend"
    assert shown("abcdefghijklmnop") == "abcd…"
    assert shown("hunter2") == "…"
