"""kingfisher itself, over small repositories on disk, with secrets that are nobody's."""

from __future__ import annotations

import random
import string
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import pytest

from placid.core.audit.audit import Said, ask, every_rule
from placid.core.audit.audit import findings as findings_of
from placid.core.audit.masking import showable
from placid.core.audit.model import Repository
from placid.core.audit.rule import Confidence, Finding, Severity, Unknown
from placid.edge.scanners import kingfisher
from placid.edge.tree import FolderTree, tree_at
from tests.audit.trees import TODAY

DRAW = random.Random(3)


def made(prefix: str, length: int) -> str:
    """A token of the right form that was never given out; not in this file either."""
    return prefix + "".join(DRAW.choices(string.ascii_letters + string.digits, k=length))


GITHUB, STRIPE, PAST = made("ghp_", 36), made("sk_live_", 24), made("ghp_", 36)
BODY = "\n".join(made("MII", 61) for _ in range(12))
KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n-----END RSA PRIVATE KEY-----\n"


def git(root: Path, *words: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", *name, "-C", str(root), *words], check=True, capture_output=True)


def written(root: Path, files: Mapping[str, str]) -> Repository:
    root.mkdir(exist_ok=True)
    if not (root / ".git").exists():
        git(root, "init", "-q")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return Repository(tree_at(root), TODAY)


def said(root: Path, there: Repository, *, history: bool = False) -> list[Said]:
    return list(kingfisher.start(root, there.paths, history=history).finish(there))


def found(root: Path, there: Repository, *, history: bool = False) -> list[Finding]:
    return findings_of(there, said(root, there, history=history))


def underlined(there: Repository, finding: Finding) -> str:
    path, span = finding.at[0]
    return (there.text(path) or "")[span.start : span.end]


def test_places_are_exact_and_nothing_is_told(tmp_path: Path) -> None:
    line = f'é = "é"; A={GITHUB} # and B={STRIPE}\r\n'
    there = written(tmp_path, {"src/a.py": "# ü\r\n" + line, "app.env": f"KEY={GITHUB}\n"})
    findings = found(tmp_path, there)
    assert [underlined(there, each) for each in findings] == [GITHUB, GITHUB, STRIPE]
    assert {each.severity for each in findings} == {Severity.HIGH}
    assert len({each.fingerprint for each in findings}) == 3
    assert len({each.action for each in findings}) == 1
    told = repr([(each.message, each.action) for each in findings])
    assert GITHUB[:4] in told
    assert GITHUB[:6] not in told
    shown = showable(there, "src/a.py", findings) or ""
    assert f"A={GITHUB[:4]}****" in shown
    assert GITHUB[4:] not in shown
    assert STRIPE[4:] not in shown
    assert len(shown) == len(there.text("src/a.py") or "")


def test_the_fingerprint_does_not_know_the_secret(tmp_path: Path) -> None:
    one = found(tmp_path / "one", written(tmp_path / "one", {"a.env": f"A={GITHUB}\n"}))
    other = found(tmp_path / "two", written(tmp_path / "two", {"a.env": f"A={PAST}\n"}))
    assert [each.fingerprint for each in one] == [each.fingerprint for each in other]


def test_keys_and_encoded_ones_are_marked_whole(tmp_path: Path) -> None:
    coded = b64encode(f"token={GITHUB}".encode()).decode()
    indented = "".join(f"    {line}\n" for line in KEY.splitlines())
    there = written(tmp_path, {"k.yaml": f"key: |\n{indented}", "s.yaml": f"data: {coded}\n"})
    findings = found(tmp_path, there)
    assert [underlined(there, each) for each in findings] == [indented.strip(), coded]
    assert BODY.splitlines()[3] not in (showable(there, "k.yaml", findings) or "")


def test_samples_are_guesses(tmp_path: Path) -> None:
    files = {
        name: f"{made('ghp_', 36)}\n" for name in ("tests/a.txt", "b_test.go", "c.env.example")
    }
    findings = found(tmp_path, written(tmp_path, files))
    assert {each.confidence for each in findings} == {Confidence.LOW}
    assert len(findings) == 3


def test_what_git_ignores_is_not_read(tmp_path: Path) -> None:
    text = f"{GITHUB}\n"
    files = {".gitignore": "build/\n.env\n", "build/a.txt": text, ".env": text}
    files |= {"src/build.txt": text, "o(d[d]) é/b.txt": text}
    there = written(tmp_path, files)
    (tmp_path / "lib/build").mkdir(parents=True)
    (tmp_path / "lib/build/kept.txt").write_text(text)
    git(tmp_path, "add", "-f", "lib/build/kept.txt")
    there = Repository(tree_at(tmp_path), TODAY)
    assert [each.at[0].path for each in found(tmp_path, there)] == [
        "lib/build/kept.txt",
        "o(d[d]) é/b.txt",
        "src/build.txt",
    ]


def test_history_once_and_only_what_is_gone(tmp_path: Path) -> None:
    written(tmp_path, {"a.txt": f"{GITHUB}\n", "sub/b.txt": f"{PAST}\n", "sub/c.txt": f"{PAST}\n"})
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "with secrets")
    (tmp_path / "sub/b.txt").write_text("gone\n")
    (tmp_path / "sub/c.txt").write_text("gone\n")
    git(tmp_path, "commit", "-q", "-a", "-m", "without one")
    there = Repository(tree_at(tmp_path), TODAY)
    assert [each.rule for each in found(tmp_path, there)] == [kingfisher.TREE]
    findings = found(tmp_path, there, history=True)
    assert [each.rule for each in findings] == [kingfisher.TREE, kingfisher.HISTORY]
    assert "sub/b.txt:1" in findings[1].message
    assert PAST[:6] not in repr(findings)


def test_without_git_and_without_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{GITHUB}\n")
    there = Repository(FolderTree(tmp_path, ["a.txt"], git=False), TODAY)
    assert len(found(tmp_path, there, history=True)) == 1
    assert kingfisher.start(tmp_path, []).program is None


def test_a_clean_tree_is_quiet(tmp_path: Path) -> None:
    there = written(tmp_path, {"a.py": "print('AKIAIOSFODNN7EXAMPLE')\n", "b": "password = x\n"})
    assert not said(tmp_path, there)


def test_a_folder_that_is_gone_is_unknown(tmp_path: Path) -> None:
    there = written(tmp_path, {"a.txt": "x\n"})
    running = kingfisher.start(tmp_path, there.paths)
    assert running.program is not None
    running.program.stop()
    assert all(isinstance(each.hit, Unknown) for each in running.finish(there))


def test_what_our_rules_are_sure_of_is_not_told_twice(tmp_path: Path) -> None:
    files = {".env": f"A_TOKEN={GITHUB}\nB={STRIPE}\n", "src/a.py": f"A = '{GITHUB}'\n"}
    there = written(tmp_path, files | {".npmrc": f"//r/:_authToken={made('npm_', 36)}\n"})
    own = [
        each
        for name, rule in every_rule()
        if name.startswith("secrets/")
        for each in ask(rule, there, there.paths)
    ]
    assert {each.rule for each in own} == {
        "secrets/env-file-in-repository",
        "secrets/login-in-settings",
    }
    theirs = list(kingfisher.start(tmp_path, there.paths).finish(there, own))
    assert [each.hit.at[0].path for each in theirs] == ["src/a.py"]


def test_many_files_are_read_as_a_folder(tmp_path: Path) -> None:
    files = {f"many/{number}.txt": "nothing\n" for number in range(120)}
    files |= {
        "o(d[d]) é/x.txt": f"{GITHUB}\n",
        "-a.txt": f"{GITHUB}\n",
        "many/b/c.txt": f"{STRIPE}\n",
        "build/d.txt": f"{GITHUB}\n",
    }
    there = written(tmp_path, files | {".gitignore": "build/\no(d*/\n"})
    assert [each.at[0].path for each in found(tmp_path, there)] == ["-a.txt", "many/b/c.txt"]
    few = kingfisher.start(tmp_path, ["-a.txt"]).finish(there)
    assert [each.hit.at[0].path for each in few] == ["-a.txt"]


def test_links_out_of_the_tree_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(f"{GITHUB}\n")
    written(tmp_path / "in", {"a.txt": "nothing\n"})
    (tmp_path / "in/b.txt").symlink_to(tmp_path / "outside.txt")
    there = Repository(tree_at(tmp_path / "in"), TODAY)
    assert "b.txt" in there.paths
    assert not said(tmp_path / "in", there)


def test_a_version_without_the_spared_rules_is_asked_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kingfisher, "_SLOW", ("betterleaks.no-such-rule",))
    there = written(tmp_path, {"a.txt": f"{GITHUB}\n"})
    assert len(found(tmp_path, there)) == 1
