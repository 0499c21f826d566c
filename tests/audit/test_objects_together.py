"""Rules across Kubernetes objects on garbage, and on the ways in which objects come together."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from placid.core.audit.audit import ask, every_rule
from placid.core.audit.facts.units import units
from placid.core.audit.rule import Hit

from .trees import repository

ACROSS = (
    "duplicate-object exposed-port fixed-replicas idle-selector invalid-manifest missing-backend"
    " missing-config-key missing-disruption-budget missing-reference namespace-mismatch"
    " no-such-kind scale-target selector-mismatch service-without-pods unserved-target-port"
)
RULES = [every_rule().get(f"kubernetes/{name}") for name in ACROSS.split()]
KINDS = st.sampled_from(
    [
        "Deployment",
        "Service",
        "Ingress",
        "HTTPRoute",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ConfigMap",
        "NetworkPolicy",
        "Pod",
        "Secret",
        "List",
        "Kustomization",
        "Shop",
    ]
)
VERSIONS = st.sampled_from(
    ["v1", "apps/v1", "networking.k8s.io/v1", "policy/v1", "autoscaling/v2", "x.io/v1", "[]", ""]
)
KEYS = st.sampled_from(
    [
        "selector",
        "matchLabels",
        "template",
        "metadata",
        "labels",
        "spec",
        "containers",
        "name",
        "image",
        "ports",
        "port",
        "targetPort",
        "containerPort",
        "rules",
        "http",
        "paths",
        "backend",
        "service",
        "number",
        "scaleTargetRef",
        "kind",
        "replicas",
        "env",
        "valueFrom",
        "configMapKeyRef",
        "key",
        "volumes",
        "configMap",
        "items",
        "data",
        "podSelector",
        "envFrom",
        "<<",
    ]
)
LEAVES = st.sampled_from(["", "1", "80", "web", "Deployment", "${X}", "~", "'a b'", "yes"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(st.tuples(KEYS, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        )
        | st.lists(inner, max_size=3).map(lambda each: "[" + ", ".join(each) + "]")
    ),
    max_leaves=14,
)
OBJECTS = st.builds(
    "apiVersion: {}\nkind: {}\nmetadata: {}\nspec: {}\ndata: {}\n".format,
    VERSIONS,
    KINDS,
    st.sampled_from(["{name: web}", "{name: web, labels: {app: web}}", "web", "[]"]) | VALUES,
    VALUES,
    VALUES,
)
LISTED = st.lists(st.sampled_from(["a.yaml", "../k", "../l", "b.yaml", "http://x", "."]))
KUSTOMIZATIONS = st.builds("resources: [{}]\n".format, LISTED.map(", ".join))


@settings(deadline=None, max_examples=150)
@given(st.lists(OBJECTS, max_size=4), OBJECTS, KUSTOMIZATIONS, KUSTOMIZATIONS)
def test_garbage_gives_hits_or_nothing(many: list[str], one: str, first: str, second: str) -> None:
    files = {"k/a.yaml": "---\n".join(many), "l/a.yaml": one}
    there = repository(
        {**files, "k/kustomization.yaml": first, "l/kustomization.yaml": second, "a.yaml": one}
    )
    for rule in RULES:
        for said in ask(rule, there, there.paths):
            assert isinstance(said.hit, Hit)
            for path, (start, end) in said.hit.at:
                assert 0 <= start <= end <= len(there.text(path) or "")


OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


def paths(files: dict[str, str]) -> dict[str, tuple[list[str], bool]]:
    return {
        unit.path: ([each.path for each in unit.objects], unit.open)
        for unit in units(repository(files))
    }


def test_a_base_is_part_of_each_overlay_and_no_unit_of_its_own() -> None:
    files = {
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": OBJECT,
        "one/kustomization.yaml": "resources: [../base]\n",
        "two/kustomization.yaml": "bases: [../base]\nresources: [b.yaml, https://x.io/c.yaml]\n",
        "two/b.yaml": OBJECT,
        "plain/a.yaml": OBJECT,
    }
    assert paths(files) == {
        "one/kustomization.yaml": (["base/a.yaml"], False),
        "two/kustomization.yaml": (["base/a.yaml", "two/b.yaml"], True),
        "plain": (["plain/a.yaml"], False),
    }


def test_what_is_custom_or_of_a_chart_or_not_here_leaves_a_unit_open() -> None:
    custom = "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: a}\n"
    assert paths({"a/a.yaml": custom})["a"][1]
    assert paths({"c/Chart.yaml": "name: c\n", "c/templates/a.yaml": OBJECT})["c/templates"][1]
    files = {"k/kustomization.yaml": "resources: [a.yaml, gone.yaml]\n", "k/a.yaml": OBJECT}
    assert paths(files)["k/kustomization.yaml"][1]


def test_kustomizations_in_a_circle_come_to_an_end() -> None:
    files = {
        "a/kustomization.yaml": "resources: [../b, a.yaml]\n",
        "a/a.yaml": OBJECT,
        "b/kustomization.yaml": "resources: [../a]\n",
    }
    assert paths(files) == {}
