"""Kubernetes manifests: what is an object, what is part of one, and that garbage harms none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.audit.audit import ask, every_rule
from placid.core.audit.facts.credentials import Look, is_credential_name, look
from placid.core.audit.facts.objects import is_example, objects
from placid.core.audit.facts.patches import set_elsewhere
from placid.formats.manifests.object import Form, Object
from placid.formats.manifests.pods import pod_of
from placid.formats.manifests.quantities import quantity
from placid.formats.manifests.schedules import schedule_fault

from .trees import repository

CASES = Path(__file__).parent / "cases" / "kubernetes"
TEXTS = [case.read_text() for case in sorted(CASES.glob("*.case"))]
RULES = [rule for name, rule in every_rule() if name.startswith("kubernetes/")]
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    spec:
      initContainers:
      - {name: first, image: a}
      - {name: proxy, image: b, restartPolicy: Always}
      containers:
      - {name: web, image: c, ports: [{name: http, containerPort: 80}], env: [{name: A, value: x}]}
"""


def only(text: str, path: str = "a.yaml", **others: str) -> Object:
    files = {path: text, **{name.replace("__", "/"): other for name, other in others.items()}}
    (found,) = objects(repository(files), path)
    return found


def test_an_object_and_its_pod() -> None:
    found = only(DEPLOYMENT)
    assert (found.group, found.kind, found.name, found.labels) == (
        "apps",
        "Deployment",
        "web",
        {"app": "web"},
    )
    assert found.whole and str(found) == "Deployment web"
    assert DEPLOYMENT[slice(*found.at)] == "name: web"
    pod = pod_of(found)
    assert pod is not None
    assert [(each.name, each.init, each.sidecar, each.runs) for each in pod.containers] == [
        ("first", True, False, False),
        ("proxy", True, True, True),
        ("web", False, False, True),
    ]
    assert [(each.name, each.number, each.protocol) for each in pod.containers[2].ports] == [
        ("http", 80, "TCP")
    ]


def test_lists_are_unfolded_and_json_is_read() -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1"}] * 2})
    pods = text.replace('"v1"}', '"v1", "kind": "Pod", "metadata": {"name": "a"}}')
    found = objects(repository({"a.json": pods}), "a.json")
    assert [each.kind for each in found] == ["Pod", "Pod"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (DEPLOYMENT, Form.WHOLE),
        (DEPLOYMENT.replace("name: web,", 'name: "{{ .name }}",', 1), Form.TEMPLATED),
        (DEPLOYMENT.replace("image: c", "image: {{ .image }}"), Form.TEMPLATED),
        ("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    {{ x }}\n", Form.WHOLE),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 2}\n",
            Form.PATCH,
        ),
        (DEPLOYMENT + "      $patch: replace\n", Form.PATCH),
    ],
)
def test_forms(text: str, form: Form) -> None:
    assert only(text).form is form


def test_a_listed_patch_is_a_patch() -> None:
    listed = "patches: [{path: sub/p.yaml}]\n"
    files = {"base/kustomization.yaml": listed, "base/sub/p.yaml": DEPLOYMENT, "p.yaml": DEPLOYMENT}
    there = repository(files)
    assert objects(there, "base/sub/p.yaml")[0].form is Form.PATCH
    assert objects(there, "p.yaml")[0].form is Form.WHOLE


def test_what_is_no_object() -> None:
    chart = {"c/Chart.yaml": "name: c\n", "c/templates/d.yaml": "{{ if }}\n" + DEPLOYMENT}
    assert objects(repository(chart), "c/templates/d.yaml") == ()
    for text in (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
        "apiVersion: v1\nkind: Config\nclusters: []\n",
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n",
        "name: apiVersion kind\n",
    ):
        assert objects(repository({"a.yaml": text}), "a.yaml") == ()


def test_patches_by_name_kind_and_pattern() -> None:
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {}\nspec: {{replicas: 2}}\n"
    there = repository(
        {
            "base/a.yaml": DEPLOYMENT,
            "prod/kustomization.yaml": "patches: [{path: p.yaml}]\n",
            "prod/p.yaml": patch.format("web"),
            "test/kustomization.yaml": "patches:\n- target: {kind: StatefulSet, name: .*}\n"
            "  patch: |-\n    - op: add\n      path: /spec/paused\n",
        }
    )
    (web,) = objects(there, "base/a.yaml")
    assert set_elsewhere(there, web, "replicas")
    assert not set_elsewhere(there, web, "paused")


def test_examples_are_told_by_their_folder() -> None:
    assert is_example("pkg/testdata/a.yaml") and is_example("examples/a.yaml")
    assert not is_example("deploy/testing.yaml") and not is_example("contest/a.yaml")


@given(st.integers(0, 10**15), st.sampled_from(["", "m", "k", "Ki", "M", "Mi", "Gi", "e3", "E2"]))
def test_quantities(number: int, unit: str) -> None:
    amount = quantity(f"{number}{unit}")
    assert amount is not None and amount >= 0
    assert (quantity(f"{number}.5{unit}") or 0) > amount


@pytest.mark.parametrize(
    "text", ["", "1 Gi", "1GB", "0,5", "1mi", "Gi", "1.2.3", "0x10", "1e", "٣"]
)
def test_no_quantities(text: str) -> None:
    assert quantity(text) is None


def test_amounts() -> None:
    assert quantity(".5") == Fraction(1, 2) and quantity("1Ki") == 1024 and quantity("2e3") == 2000


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    quantity(text)
    schedule_fault(text)
    look(text)
    is_credential_name(text)


def test_looks() -> None:
    assert look("changeme") == look("${X}") == look("<secret>") == Look.EMPTY
    assert look("admin") == look("postgres") == look("postgres://a:root@b/c") == Look.WEAK
    assert look("k8vR2xQp91") == look("postgres://a:k8vR2xQp91@b/c") == Look.REAL
    assert look("-----BEGIN PRIVATE KEY-----") == Look.KEY
    names = ("DB_PASSWORD", "apiKey", "client-secret", "GITHUB_TOKEN", "password")
    assert all(map(is_credential_name, names))
    others = ("TOKEN_URL", "MAX_TOKENS", "PUBLIC_KEY", "PASSWORD_FILE", "tokenizer", "COMPAT")
    assert not any(map(is_credential_name, others))


WORDS = """
    apiVersion kind metadata name namespace labels annotations spec template containers image env
    value ports containerPort readinessProbe livenessProbe httpGet port resources limits memory
    cpu securityContext volumes volumeMounts selector matchLabels data stringData schedule
    replicas strategy rollingUpdate rules verbs subjects roleRef initContainers command
"""
KEYS = st.sampled_from(WORDS.split())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 70000),
    st.text(max_size=8),
    st.sampled_from(["v1", "apps/v1", "batch/v1", "Deployment", "Pod", "Secret", "CronJob", "0%"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=6)),
    max_leaves=40,
)
KINDS = st.sampled_from(
    [
        ("apps/v1", "Deployment"),
        ("v1", "Pod"),
        ("batch/v1", "CronJob"),
        ("v1", "Secret"),
        ("v1", "Service"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("networking.k8s.io/v1", "Ingress"),
    ]
)


def say(text: str) -> Iterator[str]:
    there = repository({"a.yaml": text})
    for rule in RULES:
        yield from (str(each) for each in ask(rule, there, there.paths))


@settings(deadline=None)
@given(KINDS, st.dictionaries(KEYS, TREES, max_size=8), TREES, st.booleans())
def test_no_tree_upsets_a_rule(
    kind: tuple[str, str], top: dict[str, object], pod: object, nested: bool
) -> None:
    whole: dict[str, object] = {**top, "apiVersion": kind[0], "kind": kind[1]}
    if nested:
        whole["spec"] = {"template": {"spec": pod}}
    list(say(json.dumps(whole)))


@settings(deadline=None)
@given(st.data())
def test_no_broken_manifest_upsets_a_rule(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    text = "---\n".join(part.partition("\n")[2] for part in text.split("\n--- ")[1:])
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    put = data.draw(st.sampled_from(["", "\t", "\r\n", ": ", "- ", "&a ", "*a", "{", "]", "\x85"]))
    list(say(text[:start] + put + text[end:]))
