"""A Python service: how it installs (by its lock or requirements) and what serves it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from placid.formats.guessing.found import Found, Tree, port_doubt

_VENV = "python3 -m venv .venv && .venv/bin/pip install"
_ASGI = ("FastAPI", "Starlette", "Litestar", "Quart")
_APP = re.compile(
    r"^(?P<name>\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)?(?P<kind>FastAPI|Starlette|Litestar|Quart"
    r"|Flask)\(",
    re.MULTILINE,
)
_FACTORY = re.compile(r"^def (?P<name>create_app|make_app|build_app|get_app)\(\s*\)", re.MULTILINE)
_SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)['\"]")
_DEPENDENCIES = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements.in",
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "Pipfile",
    "Pipfile.lock",
    "setup.py",
)
_MAIN_FILES = ("app.py", "main.py", "server.py", "run.py", "wsgi.py")


@dataclass(frozen=True, slots=True)
class _App:
    """An application object in the code."""

    kind: str
    module: str
    name: str
    place: str
    folder: str = ""
    factory: bool = False


def find(tree: Tree) -> Found | None:
    """The Python service of this tree, or None when nothing here is Python."""
    sources = [path for path, _ in tree.code(".py")]
    build, why = _build(tree)
    if not sources:
        return None
    tools = ".venv/bin/" if build else ""
    served = _django(tree, tools) or _application(tree, tools, bool(build)) or _script(tree, tools)
    if served is None:
        return None
    because = (why,) if why else ()
    unsure = () if build else ("no requirements.txt, pyproject.toml or lock: nothing is installed",)
    return Found(
        run=served.run,
        build=build,
        name=_project(tree).get("name", ""),
        because=because + served.because,
        unsure=unsure + served.unsure,
    )


def _build(tree: Tree) -> tuple[str, str]:
    """The command that installs into .venv, and the sentence for it."""
    ways = (
        ("uv.lock", "uv sync --frozen --no-dev"),
        ("poetry.lock", "POETRY_VIRTUALENVS_IN_PROJECT=true poetry sync --only main"),
        ("Pipfile.lock", "PIPENV_VENV_IN_PROJECT=1 pipenv sync"),
        ("requirements.txt", f"{_VENV} -r requirements.txt"),
        ("requirements/production.txt", f"{_VENV} -r requirements/production.txt"),
    )
    for path, command in ways:
        if tree.has(path):
            return command, f"build: {path} says what to install, into .venv"
    if tree.has("pyproject.toml") and _installs(tree):
        return f"{_VENV} .", "build: pyproject.toml describes the project, installed into .venv"
    if tree.has("setup.py"):
        return f"{_VENV} .", "build: setup.py describes the project, installed into .venv"
    return "", ""


def _installs(tree: Tree) -> bool:
    text = tree.text("pyproject.toml")
    return "[project]" in text or "[tool.poetry]" in text or "[build-system]" in text


def _project(tree: Tree) -> dict[str, str]:
    """The name in pyproject.toml, when it is written."""
    try:
        table: object = tomllib.loads(tree.text("pyproject.toml"))
    except tomllib.TOMLDecodeError:
        return {}
    match table:
        case {"project": {"name": str(name)}} | {"tool": {"poetry": {"name": str(name)}}}:
            return {"name": name}
        case _:
            return {}


def _needs(tree: Tree, package: str) -> bool:
    """Whether the dependencies name `package`, as a whole word."""
    word = re.compile(rf"(?<![\w.-]){package}(?![\w.-]*\w)", re.IGNORECASE)
    if package == "uvicorn" and any(
        "fastapi[standard]" in tree.text(path) for path in _DEPENDENCIES
    ):
        return True
    return any(word.search(tree.text(path)) for path in _DEPENDENCIES)


def _django(tree: Tree, tools: str) -> Found | None:
    found = _SETTINGS.search(tree.text("manage.py"))
    if not found:
        return None
    package = found[1].split(".")[0]
    because = f"run: manage.py names the Django settings {found[1]}"
    if _needs(tree, "gunicorn") and tree.has(f"{package}/wsgi.py"):
        run = f"{tools}gunicorn {package}.wsgi --bind 127.0.0.1:$PORT"
        return Found(run, because=(because, "run: gunicorn is among the dependencies"))
    if _needs(tree, "uvicorn") and tree.has(f"{package}/asgi.py"):
        run = f"{tools}uvicorn {package}.asgi:application --host 127.0.0.1 --port $PORT"
        return Found(run, because=(because, "run: uvicorn is among the dependencies"))
    run = f"{tools or ''}{'python' if tools else 'python3'} manage.py runserver --noreload"
    doubt = "neither gunicorn nor uvicorn is a dependency: this is Django's development server"
    return Found(f"{run} 127.0.0.1:$PORT", because=(because,), unsure=(doubt,))


def _application(tree: Tree, tools: str, installed: bool) -> Found | None:
    app = next(iter(_apps(tree, installed)), None)
    if app is None:
        return None
    call = "()" if app.factory else ""
    because = f"run: {app.place} makes a {app.kind} application"
    if app.kind in _ASGI:
        return _asgi(tree, tools, app, because)
    if _needs(tree, "gunicorn"):
        folder = f" --chdir {app.folder}" if app.folder else ""
        target = f"'{app.module}:{app.name}()'" if call else f"{app.module}:{app.name}"
        run = f"{tools}gunicorn{folder} {target} --bind 127.0.0.1:$PORT"
        return Found(run, because=(because, "run: gunicorn is among the dependencies"))
    path = f"PYTHONPATH={app.folder} " if app.folder else ""
    python = f"{tools}python" if tools else "python3"
    run = f"{path}{python} -m flask --app {app.module}:{app.name} run --port $PORT"
    doubt = "gunicorn is not among the dependencies: this is Flask's development server"
    return Found(run, because=(because,), unsure=(doubt,))


def _asgi(tree: Tree, tools: str, app: _App, because: str) -> Found:
    options = (f" --app-dir {app.folder}" if app.folder else "") + (
        " --factory" if app.factory else ""
    )
    run = f"{tools}uvicorn{options} {app.module}:{app.name} --host 127.0.0.1 --port $PORT"
    if _needs(tree, "uvicorn"):
        return Found(run, because=(because, "run: uvicorn is among the dependencies"))
    if _needs(tree, "hypercorn"):
        run = f"{tools}hypercorn {app.module}:{app.name} --bind 127.0.0.1:$PORT"
        return Found(run, because=(because, "run: hypercorn is among the dependencies"))
    return Found(run, because=(because,), unsure=("uvicorn is not among the dependencies: add it",))


def _apps(tree: Tree, installed: bool) -> list[_App]:
    """Application objects: by name at the top of a module, then by factory function."""
    objects: list[_App] = []
    factories: list[_App] = []
    for path, text in tree.code(".py"):
        folder = "src" if path.startswith("src/") and not installed else ""
        module = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
        module = module.replace("/", ".")
        for found in _APP.finditer(text):
            place = f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
            objects.append(_App(found["kind"], module, found["name"], place, folder))
        kind = next((kind for kind in (*_ASGI, "Flask") if f"{kind}(" in text), "")
        for found in _FACTORY.finditer(text) if kind else ():
            place = f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
            factories.append(_App(kind, module, found["name"], place, folder, True))
    return objects + factories


def _script(tree: Tree, tools: str) -> Found | None:
    """A package with __main__.py, or a script that is run as such."""
    python = f"{tools}python" if tools else "python3"
    for path, _ in tree.code("/__main__.py"):
        package = path.removesuffix("/__main__.py")
        if package.removeprefix("src/").isidentifier():
            inside = "PYTHONPATH=src " if package.startswith("src/") and not tools else ""
            run = f"{inside}{python} -m {package.removeprefix('src/')}"
            return Found(run, because=(f"run: {path} is there",), unsure=port_doubt(tree, ".py"))
    for path in _MAIN_FILES:
        if re.search(r"__name__\s*==|serve_forever\(|run_app\(|\.run\(", tree.text(path)):
            doubt = port_doubt(tree, ".py")
            return Found(
                f"{python} {path}", because=(f"run: {path} starts a program",), unsure=doubt
            )
    return None
