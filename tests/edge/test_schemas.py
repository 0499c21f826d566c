"""The Kubernetes API's definitions as they are installed, and garbage held against them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.base.errors import Problem
from placid.base.yamltext import compose
from placid.edge.schemas import kubernetes_definitions, kubernetes_versions
from placid.formats.manifests.object import objects_in
from placid.formats.manifests.schemas import Schemas

DEFINITIONS = kubernetes_definitions()
assert DEFINITIONS is not None
SCHEMAS = Schemas(DEFINITIONS)


def test_every_version_is_understood() -> None:
    assert len(kubernetes_versions()) >= 10
    for major, minor in kubernetes_versions():
        text = kubernetes_definitions(f"v{major}.{minor}.1")
        assert text is not None
        assert {"Deployment", "Service", "CronJob"} <= Schemas(text).kinds


@pytest.mark.parametrize("version", ["0.1", "x", "1.", "9.99.9", "../1.31"])
def test_a_version_that_is_not_there(version: str) -> None:
    assert kubernetes_definitions(version) is None


def test_the_code_of_the_package_is_not_imported() -> None:
    code = (
        "import sys; from placid.edge.schemas import kubernetes_definitions as d; d();"
        "sys.exit('kubernetes_validate' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


KEYS = st.sampled_from(["metadata", "spec", "template", "containers", "name", "ports", "data"])
LEAVES = st.sampled_from(["", "1", "1.5", "yes", "'a'", "{}", "[]", "${X}", "~", "&a x", "*a"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.dictionaries(KEYS, inner, max_size=4).map(
            lambda each: "{" + ", ".join(f"{key}: {value}" for key, value in each.items()) + "}"
        )
        | st.lists(inner, max_size=3).map(lambda each: "[" + ", ".join(each) + "]")
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(SCHEMAS.kinds)), st.sampled_from(sorted(SCHEMAS.groups)), VALUES)
def test_garbage_is_judged_without_an_exception(kind: str, version: str, spec: str) -> None:
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: &a {{}}\nspec: {spec}\n"
    try:
        document = compose(text)
    except Problem:
        return
    for each in objects_in(document, "a.yaml"):
        for fault in SCHEMAS.faults(each):
            start, end = fault.span
            assert 0 <= start <= end <= len(text)
            assert fault.what


def test_an_object_without_anything() -> None:
    (each,) = objects_in(compose("apiVersion: apps/v1\nkind: Deployment\n"), "a.yaml")
    assert [fault.what for fault in SCHEMAS.faults(each)] == ["there is no spec"]
