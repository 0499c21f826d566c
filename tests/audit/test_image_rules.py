"""The rules of images on text that nobody would write: findings or nothing, and places in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.audit.audit import ask, every_rule, findings
from placid.core.audit.fixing import applied, chosen
from placid.core.audit.rule import Area

from .trees import repository

RULES = [rule for _, rule in every_rule() if rule.area is Area.IMAGE]
WORDS = st.sampled_from(
    (
        *("FROM ", "python:3.13-slim", "$A", " AS a", "\n", "\n", "\n", "RUN ", "apt-get update"),
        *("apt-get install curl", " && ", " | sh", "curl x", "COPY ", ". ", "a ", "b ", "ADD "),
        *("--from=a ", "--from=b ", "CMD ", "['x']", '["x", "y"]', "x y", "USER app", "USER root"),
        *("ENV ", "TOKEN=", "abcdEFGH12345678", "ARG A=1", "EXPOSE 99999", "HEALTHCHECK CMD curl"),
        *("\\\n", "# c\n", "<<E\n", "E\n", '"', "'", "`", "WORKDIR a", "MAINTAINER x", "ONBUILD "),
        *(
            "npm install",
            "pip install x",
            "apk add y",
            "sudo make",
            "cd /a",
            "\r\n",
            "{{",
            "é",
            "\t",
        ),
    )
)
KEYS = st.sampled_from(
    (
        *(
            "services:\n",
            "  a:\n",
            "  b:\n",
            "    image: x\n",
            "    build: .\n",
            "    ports: [1:1]\n",
        ),
        *("    depends_on: [b]\n", "    env_file: .env\n", "    privileged: true\n", "  - x\n"),
        *(
            "    healthcheck: {test: NONE}\n",
            "    volumes: [a:b]\n",
            "    <<: *x\n",
            "x: &x\n",
            "- [\n",
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join), st.lists(KEYS, max_size=12).map("".join))
def test_any_text_gives_findings_or_nothing(dockerfile: str, compose: str) -> None:
    files = {"Dockerfile": dockerfile, "compose.yaml": compose, "package-lock.json": "{}", "a": ""}
    there = repository(files)
    said = [each for rule in RULES for each in ask(rule, there, there.paths)]
    found = findings(there, said)
    for each in found:
        for place in each.at:
            text = there.text(place.path) or ""
            assert 0 <= place.span.start <= place.span.end <= len(text), each.message
        for edit in each.fix.edits if each.fix else ():
            assert edit.place.path in files or edit.place.path == ".dockerignore"
    applied(there, chosen(found, unsafe=True))
