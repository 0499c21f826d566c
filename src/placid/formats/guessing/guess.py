"""Choose among what was found, and write it down in at most fifteen lines.

What an author wrote down beats what we work out: a Procfile, then a Dockerfile (when containers
can run here), then the language's own files. One folder down is looked at when the top is silent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from placid.base import yamltext
from placid.base.errors import Problem
from placid.base.yamltext import Scalar, compose
from placid.formats.guessing import golang, node, others, python
from placid.formats.guessing.found import Found, Tree, is_test
from placid.formats.guessing.routes import Route, front_page, health_route

_READ = re.compile(
    r"\.(py|js|mjs|cjs|ts|mts|tsx|jsx|go|rb|php|rs|java)$"
    r"|(^|/)(package\.json|go\.mod|Procfile|Dockerfile|Containerfile|Gemfile(\.lock)?|Pipfile(\.lock)?"
    r"|pyproject\.toml|requirements[^/]*\.txt|requirements/production\.txt|uv\.lock|poetry\.lock"
    r"|setup\.py|config\.ru|\.env\.(example|sample|template))$"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """The text of placid.yaml, and what was guessed from where, a sentence each."""

    text: str
    sentences: tuple[str, ...]


def wanted(path: str) -> bool:
    """Whether the text of a file helps to guess."""
    return bool(_READ.search(path)) and not is_test(path)


def guess(
    files: Sequence[str],
    texts: Mapping[str, str],
    *,
    folder: str,
    branch: str,
    containers: bool,
) -> Guess:
    """A placid.yaml for a repository; Problem when nothing tells what to run.

    `folder` is its name, `branch` the one to follow, `containers` whether podman or docker is here.
    """
    tree = Tree(tuple(files), texts)
    found, inner = _found(tree, containers)
    health, unsure = _health(inner, found)
    found = replace(found, unsure=found.unsure + unsure)
    name = _slug(found.name) or _slug(folder) or "app"
    config = _config(tree)
    sentences = [f"app: {name}, {'the name the project has' if found.name else 'its folder'}"]
    if branch != "main":
        sentences.append(f"source: the branch is {branch}")
    sentences += found.because
    if health.place:
        sentences.append(f"health: {health.path} is answered in {health.place}")
    sentences += [f"config: {path} is in the repository" for path in config]
    sentences += [f"not known: {each}" for each in (*found.unsure, *_examples(inner))]
    text = _written(name, branch, found, health, config)
    return Guess(text, tuple(sentences))


def _found(tree: Tree, containers: bool) -> tuple[Found, Tree]:
    """The service at the top, or in the one folder that has one."""
    top = _service(tree, containers)
    if top:
        return top, tree
    names = sorted({path.split("/")[0] for path in tree.files if "/" in path})
    inner = {name: tree.below(name) for name in names if not is_test(f"{name}/")}
    found = {name: it for name, below in inner.items() if (it := _service(below, containers))}
    if len(found) == 1:
        ((name, service),) = found.items()
        return _moved(name, service), inner[name]
    if found:
        raise Problem(
            f"several folders hold a service: {', '.join(found)}",
            fix="write placid.yaml by hand: say which one under service, with cd in build and run",
        )
    raise Problem(
        "nothing here tells how the service is run",
        fix="write placid.yaml by hand: app: NAME and service: {run: COMMAND}; looked for a "
        "Procfile, a Dockerfile, package.json with a start script, a Python web application, "
        "a Go main package, config.ru, index.php and index.html",
    )


def _moved(folder: str, found: Found) -> Found:
    """The same service, started from the top of the repository."""
    cd = f"cd {folder} && "
    because = tuple(f"{each} (in {folder}/)" for each in found.because)
    return replace(
        found,
        run=found.run and cd + found.run,
        build=found.build and cd + found.build,
        because=because,
    )


def _service(tree: Tree, containers: bool) -> Found | None:
    finders = (python.find, node.find, golang.find, others.ruby, others.php)
    language = next((found for find in finders if (found := find(tree))), None)
    chosen = others.procfile(tree, language)
    image = others.dockerfile(tree)
    if chosen is None and image and containers:
        return replace(image, name=language.name if language else "")
    chosen = chosen or language or others.static(tree)
    if chosen and image:
        why = "podman or docker can run it" if containers else "neither podman nor docker is here"
        return replace(chosen, unsure=(*chosen.unsure, f"{image.image} is not used: {why}"))
    return chosen


def _health(tree: Tree, found: Found) -> tuple[Route, tuple[str, ...]]:
    """The health path, and what is not known of it."""
    if found.health:
        return Route(found.health, ""), ()
    route = health_route(tree)
    if route:
        return Route(route.path, tree.folder + route.place), ()
    front = front_page(tree)
    if front:
        doubt = "no health route was found in the code: the front page is asked"
        return Route("/", tree.folder + front.place), (doubt,)
    doubt = "no health route was found in the code: / must answer 2xx, or write the right path"
    return Route("/", ""), (doubt,)


def _config(tree: Tree) -> list[str]:
    """Files of variables for production that travel with a release."""
    likely = ("config/production.env", "config/prod.env", "config/app.env", "production.env")
    found = [path for path in likely if tree.has(path)]
    several = sorted(path for path in tree.files if re.fullmatch(r"config/[^/]+\.env", path))
    return found[:1] or (several if len(several) == 1 else [])


def _examples(tree: Tree) -> list[str]:
    for path in (".env.example", ".env.sample", ".env.template"):
        names = re.findall(r"^(?:export )?([A-Z][A-Z0-9_]*)=", tree.text(path), re.MULTILINE)
        if names:
            shown = ", ".join(names[:8]) + (" and more" if len(names) > 8 else "")
            return [f"{path} names {shown}: give them by service.config or service.env"]
    return []


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-")


def _written(name: str, branch: str, found: Found, health: Route, config: list[str]) -> str:
    lines = ["# Written by placid init. Every key: placid config schema"]
    lines += [_comment(f"# not known: {each}") for each in found.unsure[:5]]
    lines += [f"app: {_quoted(name)}"]
    if branch != "main":
        lines.append(f"source: {{branch: {_quoted(branch, '[{}]')}}}")
    lines.append("service:")
    for key, value in (("build", found.build), ("image", found.image), ("run", found.run)):
        if value:
            lines.append(f"  {key}: {_quoted(value)}")
    lines.append(
        f"  health: {health.path}" + (_comment(f"  # {health.place}") if health.place else "")
    )
    if config:
        lines.append(f"  config: {_listed(config)}")
    lines += ["environments:", "  production: {strategy: rolling}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str, within: str = "{}") -> str:
    """The text as a YAML value that reads back the same, in quotes only when it must be.

    `within` is the line it goes into: inside of brackets more needs quotes.
    """
    try:
        node = compose("key: " + within.replace("{}", text)).find(("key",))
    except Problem:
        return _in_quotes(text)
    one = node.items[0] if isinstance(node, yamltext.Sequence) and len(node.items) == 1 else node
    same = isinstance(one, Scalar) and one.value == text
    return text if same else _in_quotes(text)


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(_quoted(each, '[{}]') for each in texts)}]"


def _in_quotes(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)


def _comment(text: str) -> str:
    return "".join(char for char in text if char.isprintable())
