"""Go, Ruby and PHP in CI."""

from __future__ import annotations

import re

from placid.formats.drafting.pins import TOOLS
from placid.formats.drafting.toolchain import NO_TESTS, Step, Toolchain
from placid.formats.guessing.found import Tree

_RUBY = "3.4"


def go(tree: Tree) -> Toolchain | None:
    """A Go module at the top."""
    if not tree.has("go.mod"):
        return None
    inputs = [("go-version-file", tree.folder + "go.mod")]
    inputs += [("cache-dependency-path", tree.folder + "go.sum")] if tree.folder else []
    tested = any(path.endswith("_test.go") for path in tree.files)
    return Toolchain(
        "Go",
        (Step(action="actions/setup-go", inputs=tuple(inputs)),),
        ("go mod verify",),
        ("go vet ./...", "go test ./..."),
        ("go build ./...",),
        (f"go run golang.org/x/vuln/cmd/govulncheck@{TOOLS['govulncheck']} ./...",),
        (f"go: {tree.folder}go.mod says which",),
        () if tested else (f"{NO_TESTS}: go test only compiles",),
    )


def ruby(tree: Tree) -> Toolchain | None:
    """A Gemfile at the top; setup-ruby installs what Gemfile.lock says and keeps to it."""
    if not tree.has("Gemfile"):
        return None
    said = next(filter(tree.has, (".ruby-version", ".tool-versions", "mise.toml")), "")
    version = () if said else (("ruby-version", _RUBY),)
    folder = (("working-directory", tree.folder.rstrip("/")),) if tree.folder else ()
    setup = Step(action="ruby/setup-ruby", inputs=(*version, ("bundler-cache", "true"), *folder))
    names = [path.removeprefix(tree.folder) for path in tree.files if path.startswith(tree.folder)]
    test, doubt = _ruby_tests(tree, names)
    audit = (
        f"gem install bundler-audit --version {TOOLS['bundler-audit']}",
        "bundle-audit check --update",
    )
    because = f"ruby: {said} says which" if said else f"ruby: {_RUBY}, as no file says which"
    locked = tree.has("Gemfile.lock")
    return Toolchain(
        "Ruby",
        (setup,),
        (),
        test,
        (),
        audit if locked else (),
        (because, "install: Gemfile.lock") if locked else (because,),
        doubt + (() if locked else ("there is no Gemfile.lock: Bundler takes what is newest",)),
    )


def _ruby_tests(tree: Tree, names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if any(name.startswith("spec/") for name in names):
        return ("bundle exec rspec",), ()
    if tree.has("bin/rails") and any(name.startswith("test/") for name in names):
        return ("bin/rails test",), ()
    if tree.has("Rakefile") and any(name.startswith("test/") for name in names):
        return ("bundle exec rake test",), ()
    return ("bundle check",), (f"{NO_TESTS}: the job only installs the gems",)


def php(tree: Tree) -> Toolchain | None:
    """A composer.json at the top, with the PHP that the machine has."""
    if not tree.has("composer.json"):
        return None
    text = tree.text("composer.json")
    unit = next(filter(tree.has, ("phpunit.xml", "phpunit.xml.dist")), "")
    doubt = ["PHP is the one that the runner's image has"]
    if re.search(r'"test"\s*:', text):
        test: tuple[str, ...] = ("composer test",)
    elif unit:
        test = ("vendor/bin/phpunit",)
    else:
        test = ("composer validate --no-check-publish",)
        doubt.append(f"{NO_TESTS}: the job only installs and validates")
    locked = tree.has("composer.lock")
    return Toolchain(
        "PHP",
        (),
        ("composer install --no-interaction --no-progress",),
        test,
        (),
        ("composer audit --locked",) if locked else (),
        ("install: composer.lock",) if locked else (),
        tuple(doubt + ([] if locked else ["there is no composer.lock"])),
    )
