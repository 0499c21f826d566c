"""Rendering with the user's own tools: real kubectl where there is one, scripts in its place."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from placid.edge.rendering import render

KUSTOMIZATION = "resources: [../base]\nnamePrefix: my-\n"
BASE = "resources: [a.yaml]\n"
OBJECT = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  url: https://example.com\n"
)


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def tool(root: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    there = tree(root, {f"bin/{name}": f"#!/bin/sh\n{script}\n"}) / "bin"
    (there / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{there}:/usr/bin:/bin")


@pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl")
def test_a_kustomization_is_rendered_by_kubectl(tmp_path: Path) -> None:
    tree(tmp_path, {"base/kustomization.yaml": BASE, "base/a.yaml": OBJECT})
    tree(tmp_path, {"production/kustomization.yaml": KUSTOMIZATION})
    rendered = render(tmp_path, "production")
    assert rendered is not None
    assert rendered.fault == ""
    assert "name: my-a" in rendered.text


def test_a_chart_is_rendered_by_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tmp_path, monkeypatch, "helm", 'echo "# $*"; pwd; echo "$HTTPS_PROXY"')
    tree(tmp_path, {"chart/Chart.yaml": "name: chart\n"})
    rendered = render(tmp_path, "chart")
    assert rendered is not None
    assert rendered.text.startswith("# template release . --skip-tests\n")
    assert "http://127.0.0.1:9" in rendered.text
    tree(tmp_path, {"chart/Chart.yaml": "name: chart\ndependencies:\n- name: redis\n"})
    rendered = render(tmp_path, "chart")
    assert rendered is not None
    assert "dependencies" in rendered.fault


@pytest.mark.parametrize(
    "listed",
    [
        "resources: [https://example.com/base]",
        "resources: [example.com/org/repo//base]",
        "resources: [../base]\nhelmCharts: [{name: x}]",
        "components: [git@example.com:a/b]",
    ],
)
def test_what_would_be_fetched_is_not_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    tool(tmp_path, monkeypatch, "kustomize", "echo called")
    tree(tmp_path, {"base/kustomization.yaml": BASE, "base/a.yaml": OBJECT})
    tree(
        tmp_path, {"inner/kustomization.yaml": listed, "k/kustomization.yaml": "bases: [../inner]"}
    )
    rendered = render(tmp_path, "k")
    assert rendered is not None
    assert rendered.text == ""
    assert "network" in rendered.fault


def test_a_tool_that_fails_or_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"k/kustomization.yaml": BASE, "k/a.yaml": OBJECT})
    tool(tmp_path, monkeypatch, "kustomize", "echo half; echo no such field >&2; exit 1")
    rendered = render(tmp_path, "k")
    assert rendered is not None
    assert (rendered.text, rendered.fault) == ("", "kustomize says: no such field")
    tool(tmp_path, monkeypatch, "kustomize", "sleep 60 & sleep 60")
    begun = time.monotonic()
    rendered = render(tmp_path, "k", seconds=0.3)
    assert rendered is not None
    assert "took more than 0.3 s" in rendered.fault
    assert time.monotonic() - begun < 20


def test_nothing_to_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"k/kustomization.yaml": BASE, "plain/a.yaml": OBJECT})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render(tmp_path, "k") is None
    assert render(tmp_path, "plain") is None
    assert render(tmp_path, "../..") is None
