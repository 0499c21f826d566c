"""Label selectors: which pods are meant."""

from __future__ import annotations

from collections.abc import Mapping as Labels
from dataclasses import dataclass

from placid.base.yamltext import Mapping, Node, Scalar
from placid.formats.manifests.object import is_hole
from placid.formats.manifests.reading import items, mapping, mappings, word, words


@dataclass(frozen=True, slots=True)
class Selector:
    """Labels that must be there, and conditions on labels."""

    labels: dict[str, str]
    expressions: tuple[Mapping, ...] = ()

    @property
    def selects_all(self) -> bool:
        """Whether it says nothing, which every pod fits."""
        return not self.labels and not self.expressions

    @property
    def certain(self) -> bool:
        """Whether all of its words are known: no tool writes one later."""
        return not any(is_hole(word) for pair in self.labels.items() for word in pair)

    def matches(self, labels: Labels[str, str]) -> bool:
        """Whether it takes in what has these labels; what is unclear counts as taken in."""
        return all(labels.get(key) == value for key, value in self.labels.items()) and all(
            _holds(each, labels) for each in self.expressions
        )

    def near(self, labels: Labels[str, str]) -> bool:
        """Whether it has something in common with labels: a value, under whatever key."""
        return not set(self.labels.values()).isdisjoint(labels.values())

    def __str__(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in self.labels.items())


def selector(node: Node | None, *route: str) -> Selector:
    """The selector at `route`, with `matchLabels` and `matchExpressions`."""
    found = mapping(node, *route)
    return Selector(words(found, "matchLabels"), tuple(mappings(found, "matchExpressions")))


def _holds(condition: Mapping, labels: Labels[str, str]) -> bool:
    key = word(condition, "key")
    values = {each.text for each in items(condition, "values") if isinstance(each, Scalar)}
    match word(condition, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return True
