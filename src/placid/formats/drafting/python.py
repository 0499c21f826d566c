"""Python in CI: by uv, Poetry, Pipenv or pip, whichever keeps the lock; pytest or unittest."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import NamedTuple, TypeGuard

from placid.formats.drafting.pins import TOOLS
from placid.formats.drafting.toolchain import NO_TESTS, Step, Toolchain
from placid.formats.drafting.versions import wanted
from placid.formats.guessing.found import Tree, is_test

VERSION = "3.13"
_FILES = (".python-version", ".tool-versions", "Pipfile", "pyproject.toml")
_COMPILE = "python -m compileall -q ."
_PIP = "python -m pip install"
_RUNTIME = ("requirements.txt", "requirements/production.txt", "requirements/base.txt")
_FOR_TESTS = re.compile(
    r"^(requirements[-_./](dev|test|tests|testing|development|ci)|(dev|test)[-_]requirements)\.txt$"
)
_DECLARED = re.compile(r"(?m)^\[(project|build-system|tool\.poetry|dependency-groups)\]")
_IMPORTS = re.compile(r"(?m)^\s*(import|from) pytest\b")
_UNITTEST = re.compile(r"(?m)^\s*(import|from) unittest\b")
_EXTRAS = ("test", "tests", "testing", "dev")


class _Way(NamedTuple):
    """How packages are installed: for tests, and for a release; what a command begins with."""

    said: str
    setup: tuple[Step, ...]
    install: tuple[str, ...]
    release: tuple[str, ...]
    prefix: str = ""
    audit: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


class _Tests(NamedTuple):
    """The commands that test, why these, and a doubt."""

    commands: tuple[str, ...]
    because: str = ""
    unsure: str = ""


def find(tree: Tree) -> Toolchain | None:
    """The toolchain of a tree that declares a Python project at its top, or None."""
    declared = any(map(tree.has, ("setup.py", "Pipfile", "manage.py", *_RUNTIME)))
    if not declared and not _DECLARED.search(tree.text("pyproject.toml")):
        return None
    return _toolchain(tree)


def scripts(tree: Tree) -> Toolchain | None:
    """The toolchain of a tree that holds Python and declares nothing, or None."""
    paths = (path for path, _ in tree.code(".py"))
    return _toolchain(tree) if any(path.count("/") <= 1 for path in paths) else None


def _toolchain(tree: Tree) -> Toolchain:
    version = wanted(tree, "python", _FILES, VERSION)
    way = _uv(tree) or _poetry(tree) or _pipenv(tree) or _pip(tree)
    setup = way.setup  # uv brings the python that the repository asks for
    if not setup:
        inputs = (version.input, *_cached(tree, way))
        setup = (Step(action="actions/setup-python", inputs=inputs),)
    tests = _tests(tree, way)
    packaged = "[build-system]" in tree.text("pyproject.toml") or tree.has("setup.py")
    because = (
        not way.setup and version.because,
        way.said and f"install: {way.said}",
        tests.because,
    )
    return Toolchain(
        "Python",
        setup,
        way.install,
        tests.commands,
        _build(way, packaged),
        way.audit,
        tuple(each for each in because if each),
        tuple(filter(None, (*way.unsure, tests.unsure))),
    )


def _cached(tree: Tree, way: _Way) -> tuple[tuple[str, str], ...]:
    """The inputs by which setup-python keeps what pip downloads."""
    if not way.said.endswith(".txt"):
        return ()
    place = (("cache-dependency-path", tree.folder + way.said),)
    return (("cache", "pip"), *(place if tree.folder or "/" in way.said else ()))


def _build(way: _Way, packaged: bool) -> tuple[str, ...]:
    """The package, or what a release installs: without what only tests need."""
    if packaged and way.prefix.startswith("uv"):
        return ("uv build",)
    if packaged:
        return (f"{_PIP} build=={TOOLS['build']}", "python -m build")
    return way.release or (_COMPILE,)


def _uv(tree: Tree) -> _Way | None:
    if not tree.has("uv.lock"):
        return None
    install = f"uv sync --locked{_groups(tree, '--extra', '--group')}"
    audit = (
        "uv export --locked --quiet --no-dev --no-emit-project -o requirements.audit.txt",
        "uvx pip-audit=={pip-audit} --require-hashes --disable-pip -r requirements.audit.txt",
    )
    setup = (Step(action="astral-sh/setup-uv"),)
    release = ("uv sync --locked --no-dev",)
    return _Way("uv.lock", setup, (install,), release, "uv run --no-sync ", _filled(audit))


def _filled(commands: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each.replace("{pip-audit}", TOOLS["pip-audit"]) for each in commands)


def _poetry(tree: Tree) -> _Way | None:
    if not tree.has("poetry.lock"):
        return None
    poetry = f"{_PIP} poetry=={TOOLS['poetry']}"
    install = (poetry, "poetry check --lock", "poetry sync --no-interaction")
    release = (poetry, "poetry sync --no-interaction --only main")
    run = _filled(("poetry run python -m pip install pip-audit=={pip-audit}",))
    audit = (*release, *run, "poetry run pip-audit")
    return _Way("poetry.lock", (), install, release, "poetry run ", audit)


def _pipenv(tree: Tree) -> _Way | None:
    if not tree.has("Pipfile.lock"):
        return None
    pipenv = f"{_PIP} pipenv=={TOOLS['pipenv']}"
    audit = _filled(
        (
            f"{pipenv} pip-audit=={{pip-audit}}",
            "pipenv requirements --hash > requirements.audit.txt",
            "pip-audit --require-hashes --disable-pip -r requirements.audit.txt",
        )
    )
    install = (pipenv, "pipenv verify", "pipenv sync --dev")
    return _Way("Pipfile.lock", (), install, (pipenv, "pipenv sync"), "pipenv run ", audit)


def _pip(tree: Tree) -> _Way:
    files = [next((path for path in _RUNTIME if tree.has(path)), "")]
    names = (path.removeprefix(tree.folder) for path in tree.files if path.startswith(tree.folder))
    files += sorted(path for path in names if _FOR_TESTS.match(path))
    files = [path for path in files if path]
    if not files:
        return _project(tree)
    install = [f"{_PIP} {_asked(tree, path)}" for path in files]
    loose = [path for path in files[:1] if not _hashed(tree, path)]
    doubt = [f"{path} has no hashes, so pip takes what the index has" for path in loose]
    audit = _filled((f"{_PIP} pip-audit=={{pip-audit}}", f"pip-audit {_asked(tree, files[0])}"))
    release = (install[0], "python -m pip check")
    return _Way(files[0], (), tuple(install), release, audit=audit, unsure=tuple(doubt))


def _hashed(tree: Tree, path: str) -> bool:
    return "--hash=" in tree.text(path)


def _asked(tree: Tree, path: str) -> str:
    return f"{'--require-hashes ' if _hashed(tree, path) else ''}-r {path}"


def _project(tree: Tree) -> _Way:
    """A project without a lock: installed as it is, with what it declares for tests."""
    if not tree.has("setup.py") and "[build-system]" not in tree.text("pyproject.toml"):
        return _Way("", (), (), ())
    extras = [name for name in _EXTRAS if name in _table(tree, "project", "optional-dependencies")]
    groups = [name for name in _EXTRAS if name in _table(tree, "dependency-groups")]
    target = f"'.[{','.join(extras)}]'" if extras else "."
    words = "".join(f" --group {name}" for name in groups)
    audit = _filled((f"{_PIP} . pip-audit=={{pip-audit}}", "pip-audit --skip-editable"))
    doubt = "nothing is locked: two runs may install different versions"
    said = "pyproject.toml" if tree.has("pyproject.toml") else "setup.py"
    install = (f"{_PIP} --editable {target}{words}",)
    return _Way(said, (), install, (), audit=audit, unsure=(doubt,))


def _groups(tree: Tree, extra: str, group: str) -> str:
    """The options for what is declared for tests; uv installs the group dev unasked."""
    extras = [name for name in _EXTRAS if name in _table(tree, "project", "optional-dependencies")]
    groups = [name for name in _EXTRAS[:-1] if name in _table(tree, "dependency-groups")]
    words = [f"{extra} {name}" for name in extras] + [f"{group} {name}" for name in groups]
    return "".join(f" {each}" for each in words)


def _table(tree: Tree, *route: str) -> frozenset[str]:
    """The keys of a table in pyproject.toml."""
    try:
        table: object = tomllib.loads(tree.text("pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return frozenset()
    for name in route:
        table = table.get(name) if _is_table(table) else None
    return frozenset(table) if _is_table(table) else frozenset()


def _is_table(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, dict)


def _tests(tree: Tree, way: _Way) -> _Tests:
    tests = {
        path: text
        for path, text in sorted(tree.texts.items())
        if path.startswith(tree.folder) and is_test(path.removeprefix(tree.folder))
    }
    texts = [text for path, text in tests.items() if path.endswith(".py")]
    run = f"{way.prefix}python"
    listed = next((path for path in sorted(tree.texts) if _lists_pytest(tree, path)), "")
    if listed:
        return _Tests((f"{run} -m pytest",), f"test: pytest, which {listed} lists")
    if tree.has("pytest.ini") or any(_IMPORTS.search(text) for text in texts):
        return _unlisted(way, "test: pytest, which the tests are written for")
    if tree.has("manage.py"):
        return _Tests((f"{run} manage.py test",), "test: manage.py is there")
    top = next((path for path, text in tests.items() if _UNITTEST.search(text)), "")
    if top:
        folder = top.removeprefix(tree.folder).rpartition("/")[0].split("/")[0]
        start = f" -s {folder}" if folder and not tree.has(f"{folder}/__init__.py") else ""
        return _Tests((f"{run} -m unittest discover{start}",), f"test: {top} uses unittest")
    if any("def test_" in text for text in texts):
        return _unlisted(way, "test: pytest, as functions named test_ are there")
    doubt = f"{NO_TESTS}: the job only looks whether everything compiles"
    compiled = _COMPILE.replace(" .", " -x .venv/ .") if way.prefix else _COMPILE
    return _Tests((f"{way.prefix}{compiled}",), unsure=doubt)


def _unlisted(way: _Way, because: str) -> _Tests:
    """pytest where the repository uses it and does not say which."""
    wanted = f"pytest=={TOOLS['pytest']}"
    doubt = f"no file lists pytest: {wanted} is installed"
    if way.prefix.startswith("uv "):
        install = f"uv pip install {wanted}"
    else:
        install = f"{way.prefix}python -m pip install {wanted}"
    return _Tests((install, f"{way.prefix}python -m pytest"), because, doubt)


def _lists_pytest(tree: Tree, path: str) -> bool:
    name = path.removeprefix(tree.folder)
    if not path.startswith(tree.folder):
        return False
    if name in _RUNTIME or _FOR_TESTS.match(name):
        return bool(re.search(r"(?m)^pytest(?![\w.-])", tree.texts[path]))
    if name in ("pyproject.toml", "Pipfile"):
        pattern = r"(?m)^pytest\s*=|[\"']pytest(?![\w.-]*\w)"
        return bool(re.search(pattern, tree.texts[path]))
    return False
