"""Repositories for which `placid init --workflow` has something of its own to say."""

from __future__ import annotations

import json

from tests.formats.shapes import SHAPES

HASHED = "flask==3.1.0 \\\n    --hash=sha256:" + "a" * 64 + "\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s, namespace: shop}
"""
PYTEST = "import pytest\n\n\ndef test_it() -> None: ...\n"
UNITTEST = "import unittest\n\n\nclass It(unittest.TestCase): ...\n"
UV = '[project]\nname = "shop"\nrequires-python = ">=3.12"\n'


def package(**more: object) -> str:
    return json.dumps({"name": "shop", "scripts": {"start": "node ."}, **more})


KINDS: dict[str, dict[str, str]] = {
    "python alone": {"shop.py": "print()\n", "tests/test_shop.py": UNITTEST},
    "hashed requirements": {
        "requirements.txt": HASHED,
        "requirements-dev.txt": "pytest==9.0.0\n",
        "app.py": "",
        ".python-version": "3.12\n",
    },
    "uv with groups": {
        "uv.lock": "",
        "pyproject.toml": UV + '[dependency-groups]\ndev = ["pytest>=8"]\ntest = ["pytest>=8"]\n',
        "src/shop/__init__.py": "",
        "tests/test_shop.py": PYTEST,
    },
    "uv without pytest": {
        "uv.lock": "",
        "pyproject.toml": UV + '[build-system]\nrequires = ["hatchling"]\n',
        "src/shop/__init__.py": "",
        "tests/test_shop.py": PYTEST,
    },
    "poetry": {
        "poetry.lock": "",
        "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.12"\n'
        '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n',
        "app.py": "",
    },
    "pipenv": {
        "Pipfile": '[requires]\npython_version = "3.12"\n',
        "Pipfile.lock": "{}",
        "a.py": "",
    },
    "a library with extras": {
        "pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "x"\n'
        '[project.optional-dependencies]\ntest = ["pytest"]\n',
        "src/x/__init__.py": "",
    },
    "makefile": {"Makefile": "test:\n\t./try.sh\n", "shop.py": ""},
    "npm": {
        "package.json": package(scripts={"test": "vitest run", "build": "vite build", "lint": "x"}),
        "package-lock.json": "{}",
        ".nvmrc": "22\n",
    },
    "pnpm": {
        "package.json": package(packageManager="pnpm@9.15.4+sha512.abc", engines={"node": ">=22"}),
        "pnpm-lock.yaml": "",
        "test/shop.test.js": "",
    },
    "yarn berry": {"package.json": package(packageManager="yarn@4.9.1"), "yarn.lock": ""},
    "bun": {"package.json": package(scripts={"test": "bun test"}), "bun.lock": ""},
    "go with a Dockerfile": {
        "go.mod": "module shop\n\ngo 1.25\n",
        "main.go": "package main\n\nfunc main() {}\n",
        "main_test.go": "package main\n",
        "Dockerfile": 'FROM golang:1.25\nCOPY . .\nRUN go build\nCMD ["./shop"]\n',
    },
    "rails": {
        "Gemfile": "gem 'rails'\n",
        "Gemfile.lock": "",
        "bin/rails": "",
        "test/a_test.rb": "",
    },
    "laravel": {"composer.json": '{"scripts": {"test": "pest"}}', "composer.lock": "{}"},
    "kubernetes": {
        "requirements.txt": HASHED,
        "app.py": "",
        "k8s/web.yaml": DEPLOYMENT % "web",
        "k8s/worker.yaml": DEPLOYMENT % "worker",
    },
    "overlays": {
        "go.mod": "module shop\n",
        "k8s/base/web.yaml": DEPLOYMENT % "web",
        "k8s/base/kustomization.yaml": "resources: [web.yaml]\n",
        "k8s/overlays/production/kustomization.yaml": "resources: [../../base]\n",
    },
    "one folder down": {
        "backend/package.json": package(scripts={"test": "jest"}),
        "backend/package-lock.json": "{}",
        "README.md": "",
    },
    "django with assets": {
        "manage.py": "",
        "requirements.txt": "django==5.2\n",
        "package.json": package(scripts={"build": "vite build"}),
        "package-lock.json": "{}",
    },
    **{f"shape: {name}": dict(shape.files) for name, shape in SHAPES.items()},
}
