"""Whether a project is an application, which is deployed, or a library, which others install.

An application needs a lock file; a library's ranges are for those who use it. The reason is said
in the finding; "" when nothing proves an application.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from placid.core.audit.facts.dockerfiles import dockerfiles
from placid.core.audit.facts.projects import Project, cargo_toml, package, pyproject
from placid.core.audit.model import Repository, fact

_FRAMEWORKS = ("next", "nuxt", "@nestjs/core", "react-scripts", "@angular/core", "@remix-run/node")
_SHOWN = ("react-dom", "vue", "svelte", "preact", "solid-js", "lit")
_PUBLISHED = ("main", "module", "exports", "bin", "files", "publishConfig", "types")


def application(repository: Repository, project: Project) -> str:
    """Why this project is an application; "" when it may be a library."""
    name = posixpath.basename(project.manifest)
    reasons: dict[str, Callable[[Repository, Project], str]] = {
        "package.json": _node,
        "pyproject.toml": _python,
        "Cargo.toml": _rust,
        "Gemfile": _ruby,
        "composer.json": _php,
        "mix.exs": _elixir,
    }
    if name == "Pipfile":
        return "a Pipfile is for applications"
    return reasons[name](repository, project) if name in reasons else ""


@fact
def _installed(repository: Repository) -> dict[str, str]:
    """The manifests that a Dockerfile copies into an image, with the Dockerfile's path."""
    found: dict[str, str] = {}
    for each in dockerfiles(repository):
        if each.example:
            continue
        for stage in each.stages:
            for copy in stage.of("COPY", "ADD"):
                for word in () if copy.flag("from") else copy.words[:-1]:
                    path = each.copies(word.text)
                    if path is not None:
                        found[posixpath.normpath(path.replace("*", ""))] = each.path
    return found


def _copied(repository: Repository, project: Project) -> str:
    """The Dockerfile that copies this manifest, or all of its folder, into an image."""
    copied = _installed(repository)
    by = copied.get(project.manifest) or copied.get(project.folder or ".")
    return f"{by} puts it into an image" if by else ""


def _node(repository: Repository, project: Project) -> str:
    found = package(repository, project.manifest)
    if found is None or not [each for each in found.wanted if each.group in {"", "dev"}]:
        return ""
    if any(each.range.startswith(("workspace:", "catalog:")) for each in found.wanted):
        return ""
    private = found.text("private").lower() == "true"
    if not private and any(map(found.says, _PUBLISHED)):
        return ""
    framework = next((name for name in _FRAMEWORKS if name in found.names("dependencies")), "")
    if framework:
        return f"it is made with {framework}"
    if "start" in found.names("scripts"):
        return "it has a start script"
    shown = next((name for name in _SHOWN if name in found.names("dependencies")), "")
    if private and shown and "build" in found.names("scripts"):
        return f"it is a front end made with {shown}"
    return _copied(repository, project)


def _python(repository: Repository, project: Project) -> str:
    found = pyproject(repository, project.manifest)
    if found is None or not [each for each in found.wanted if not each.group] or found.built:
        return ""
    if repository.has(posixpath.join(project.folder, "setup.py")):
        return ""
    return "it is not built into a package"


def _rust(repository: Repository, project: Project) -> str:
    found = cargo_toml(repository, project.manifest)
    if found is None or not found.wanted or not found.name:
        return ""
    if repository.has(posixpath.join(project.folder, "src/lib.rs")):
        return ""
    main = posixpath.join(project.folder, "src/main.rs")
    return f"it has {main}" if repository.has(main) else ""


def _ruby(repository: Repository, project: Project) -> str:
    text = repository.text(project.manifest) or ""
    folder = re.escape(project.folder + "/" if project.folder else "")
    specs = [path for path in repository.paths if path.endswith(".gemspec")]
    if re.search(r"^[ \t]*gemspec", text, re.MULTILINE) or any(
        re.fullmatch(folder + r"[^/]+\.gemspec", path) for path in specs
    ):
        return ""
    for name in ("config/application.rb", "config.ru"):
        if repository.has(posixpath.join(project.folder, name)):
            return f"it has {name}"
    return _copied(repository, project)


def _php(repository: Repository, project: Project) -> str:
    text = repository.text(project.manifest) or ""
    if not re.search(r"\"require\"\s*:", text):
        return ""
    if re.search(r"\"type\"\s*:\s*\"project\"", text):
        return "its type is project"
    for name in ("artisan", "bin/console"):
        if repository.has(posixpath.join(project.folder, name)):
            return f"it has {name}"
    return ""


def _elixir(repository: Repository, project: Project) -> str:
    text = repository.text(project.manifest) or ""
    if "package:" in text or not re.search(r"\bmod: \{", text) or "{:" not in text:
        return ""
    return "it starts an application and is not published"
