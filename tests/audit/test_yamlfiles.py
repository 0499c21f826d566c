"""YAML files of a repository: what is read of them, and what is left out."""

from __future__ import annotations

from placid.base.yamltext import Mapping, Scalar
from placid.core.audit.facts.yamlfiles import documents, fault

from .trees import repository

DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shops.example.com
spec:
  group: example.com
# a comment
  names: {{kind: Shop}}
{more}status: {{}}
"""


def read(text: str) -> tuple[list[list[str]], bool]:
    there = repository({"a.yaml": text})
    roots = [each.root for each in documents(there, "a.yaml")]
    keys = [
        [entry.key.text for entry in root.entries] for root in roots if isinstance(root, Mapping)
    ]
    return keys, fault(there, "a.yaml") is None


def test_the_schemas_of_definitions_are_not_read() -> None:
    text = f"a: 1\n---\n{DEFINITION.format(more='')}---\nb: 2\n---\n{DEFINITION.format(more='')}"
    keys = ["apiVersion", "kind", "metadata", "spec", "status"]
    assert read(text) == ([["a"], keys, ["b"], keys], True)
    there = repository({"a.yaml": text})
    spec = documents(there, "a.yaml")[1].find(("spec",))
    assert isinstance(spec, Scalar)
    assert spec.value is None
    last = documents(there, "a.yaml")[3].find(("status",))
    assert last is not None
    assert text[slice(*last.span)] == "{}"


def test_an_alias_of_what_was_left_out_is_still_understood() -> None:
    text = DEFINITION.format(more="  versions: &v []\n") + "more: *v\n"
    assert read(text)[1]


def test_what_is_no_yaml_gives_what_comes_before() -> None:
    assert read("a: 1\n---\nb: [\n") == ([["a"]], False)
    assert documents(repository({"a.yaml": b"a\0b"}), "a.yaml") == ()
