"""Whatever stands in manifests, locks, version files and workflows, the rules about them answer."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.audit.audit import ask, every_rule, findings
from placid.core.audit.facts.projects import LOCKS, MANIFESTS
from placid.core.audit.fixing import applied
from placid.formats.runtimes import VERSION_FILES

from .trees import repository

CASES = Path(__file__).parent / "cases"
FILES = [path for area in ("dependencies", "runtime") for path in sorted((CASES / area).iterdir())]
LINES = sorted({line for path in FILES for line in path.read_text().split("\n")})
NAMES = [
    *MANIFESTS,
    *(lock for locks in LOCKS.values() for lock in locks),
    *VERSION_FILES,
    *("Dockerfile", "requirements.txt", "pom.xml", "build.gradle", "compose.yaml", ".gitignore"),
    *(".github/workflows/ci.yml", ".github/dependabot.yml", ".gitlab-ci.yml", ".npmrc"),
    ".devcontainer/devcontainer.json",
]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.binary(max_size=40),
    st.lists(st.sampled_from(LINES), max_size=15).map("\n".join),
    st.sampled_from([path.read_text().partition("\n--- ")[2] for path in FILES]),
)
RULES = [rule for name, rule in every_rule() if name.startswith(("dependencies/", "runtime/"))]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=6))
def test_any_tree_is_judged(files: dict[str, str | bytes]) -> None:
    there = repository(files)
    for rule in RULES:
        found = findings(there, ask(rule, there, there.paths))
        for each in found:
            for place in each.at:
                text = there.text(place.path) or ""
                assert 0 <= place.span.start <= place.span.end <= len(text), each
        applied(there, found)
