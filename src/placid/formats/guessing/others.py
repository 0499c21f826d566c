"""Ruby, PHP, plain files, a Dockerfile, and a Procfile: what their authors wrote down."""

from __future__ import annotations

import re
from dataclasses import replace

from placid.formats.guessing.found import Found, Tree

_BUNDLE = "bundle config set --local path vendor/bundle && bundle install"


def ruby(tree: Tree) -> Found | None:
    """A Rack or Rails application with a Gemfile."""
    if not tree.has("Gemfile"):
        return None
    build = _BUNDLE
    if tree.has("Gemfile.lock"):
        build = _BUNDLE.replace(" && ", " && bundle config set --local frozen true && ", 1)
    because = f"build: {'Gemfile.lock' if tree.has('Gemfile.lock') else 'Gemfile'} names the gems"
    gems = tree.text("Gemfile") + tree.text("Gemfile.lock")
    if tree.has("bin/rails"):
        run, why = "bin/rails server -b 127.0.0.1 -p $PORT", "run: bin/rails is there"
    elif tree.has("config.ru") and re.search(r"\bpuma\b", gems):
        run, why = "bundle exec puma -b tcp://127.0.0.1:$PORT", "run: config.ru, and the gem puma"
    elif tree.has("config.ru"):
        run, why = "bundle exec rackup -o 127.0.0.1 -p $PORT", "run: config.ru is there"
    else:
        return None
    return Found(run, build, because=(because, why))


def php(tree: Tree) -> Found | None:
    """A PHP application, by the server that PHP brings along."""
    root = "public" if tree.has("public/index.php") else "."
    if not tree.has("index.php") and root == ".":
        return None
    build = "composer install --no-dev" if tree.has("composer.json") else ""
    because = ("build: composer.json says what to install",) if build else ()
    index = "public/index.php" if root == "public" else "index.php"
    doubt = "this is PHP's own development server; for more traffic bring a Dockerfile"
    if tree.has("artisan"):
        run = "php artisan serve --host=127.0.0.1 --port=$PORT"
        return Found(run, build, because=(*because, "run: artisan is there"), unsure=(doubt,))
    run = f"php -S 127.0.0.1:$PORT -t {root}"
    return Found(run, build, because=(*because, f"run: {index} is there"), unsure=(doubt,))


def static(tree: Tree) -> Found | None:
    """Plain files with an index page."""
    for folder in ("public", "dist", "_site", "site", "."):
        index = "index.html" if folder == "." else f"{folder}/index.html"
        if tree.has(index):
            run = f"python3 -m http.server $PORT --bind 127.0.0.1 --directory {folder}"
            because = f"run: {index} is there and no program: Python serves the files"
            doubt = "every file of this folder is shown" if folder == "." else ""
            return Found(run, health="/", because=(because,), unsure=(doubt,) if doubt else ())
    return None


def dockerfile(tree: Tree) -> Found | None:
    """A Dockerfile at the top; what it exposes is checked against $PORT in words."""
    path = next((path for path in ("Dockerfile", "Containerfile") if tree.has(path)), "")
    if not path:
        return None
    text = tree.text(path)
    exposed = re.search(r"^\s*EXPOSE\s+(\d+)", text, re.MULTILINE | re.IGNORECASE)
    doubt = "the container must listen on $PORT"
    if exposed:
        doubt += f"; its EXPOSE says {exposed[1]}"
    unsure = () if "PORT" in text.replace("EXPOSE", "") else (doubt,)
    because = f"image: {path} says how it is built and run"
    return Found(image=tree.folder + path, because=(because,), unsure=unsure)


def procfile(tree: Tree, language: Found | None) -> Found | None:
    """The `web:` line of a Procfile, after the language's own build."""
    found = re.search(r"^web\s*:\s*(\S.*?)\s*$", tree.text("Procfile"), re.MULTILINE)
    if not found:
        return None
    build = language.build if language else ""
    run = found[1]
    if ".venv" in build or build.startswith(("uv ", "POETRY", "PIPENV")):
        run = f'PATH="$PWD/.venv/bin:$PATH" {run}'
    line = tree.text("Procfile").count("\n", 0, found.start()) + 1
    because = [each for each in (language.because if language else ()) if each.startswith("build")]
    because.append(f"run: the web line of the Procfile (Procfile:{line})")
    unsure = [] if "PORT" in run else ["the web line does not name $PORT: it must listen there"]
    if re.search(r"^release\s*:", tree.text("Procfile"), re.MULTILINE):
        unsure.append("the release line of the Procfile is not run by placid")
    base = language or Found()
    return replace(base, run=run, build=build, because=tuple(because), unsure=tuple(unsure))
