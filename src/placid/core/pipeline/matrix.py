"""A job's strategy: which combinations there are, in GitHub's order, and what they are called.

The first axis varies slowest. `exclude` drops combinations that hold all of its pairs; an `include`
is added to every combination in which it overwrites no axis, and is one of its own where there is
no such combination.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from placid.formats.expressions.values import equal, is_array, is_object, text_of

LARGEST = 256
_LONGEST_NAME = 100
Combination = dict[str, object]


class MatrixError(Exception):
    """The matrix cannot be made; its message says why."""


def combinations(matrix: object) -> list[Combination]:
    """Every combination of an evaluated `matrix:`; one that is empty when there is none."""
    if matrix is None or (is_object(matrix) and not matrix):
        return [{}]
    if not is_object(matrix):
        raise MatrixError("Unexpected value for 'matrix': a mapping was expected")
    axes = {key: value for key, value in matrix.items() if key not in ("include", "exclude")}
    excluded, included = (_objects(matrix.get(key), key) for key in ("exclude", "include"))
    found = [each for each in _product(axes) if not any(_holds(each, out) for out in excluded)]
    for out in excluded:
        for key in out:
            if key not in axes:
                raise MatrixError(
                    f"Matrix exclude key '{key}' does not match any key within the matrix"
                )
    found = _with_included(found, axes, included)
    if not found:
        raise MatrixError("Matrix must define at least one vector")
    if len(found) > LARGEST:
        raise MatrixError(
            f"Strategy expanded to {len(found)} jobs. The maximum number of jobs is {LARGEST}."
        )
    return found


def _objects(value: object, key: str) -> Sequence[Mapping[str, object]]:
    if value is None or value == "":
        return ()
    if not is_array(value) or not all(is_object(item) for item in value):
        raise MatrixError(f"Unexpected value for 'matrix.{key}': a list of mappings was expected")
    return [item for item in value if is_object(item)]


def _product(axes: Mapping[str, object]) -> list[Combination]:
    lists: list[Sequence[object]] = []
    for key, values in axes.items():
        if not is_array(values):
            raise MatrixError(f"Unexpected value for 'matrix.{key}': a list was expected")
        if not values:
            raise MatrixError(f"Matrix vector '{key}' does not contain any values")
        lists.append(values)
    if not lists:
        return []
    return [dict(zip(axes, values, strict=True)) for values in product(*lists)]


def _holds(combination: Combination, pairs: Mapping[str, object]) -> bool:
    return all(key in combination and _same(combination[key], pairs[key]) for key in pairs)


def _same(left: object, right: object) -> bool:
    """Deep equality; what an exclude's object leaves out may be anything."""
    if is_object(left) and is_object(right):
        return all(key in left and _same(left[key], right[key]) for key in right)
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(_same, left, right))
    return equal(left, right)


def _with_included(
    found: list[Combination],
    axes: Mapping[str, object],
    included: Sequence[Mapping[str, object]],
) -> list[Combination]:
    extended = [dict(each) for each in found]
    own: list[Combination] = []
    for pairs in included:
        on_axes = {key: value for key, value in pairs.items() if key in axes}
        fitting = [
            each for plain, each in zip(found, extended, strict=True) if _holds(plain, on_axes)
        ]
        for each in fitting:
            each.update((key, value) for key, value in pairs.items() if key not in axes)
        if not fitting:
            own.append(dict(pairs))
    return [*extended, *own]


def suffixed(name: str, combination: Combination) -> str:
    """A job's name with its combination: "test (3.11, ubuntu)", of at most 100 characters."""
    words = ", ".join(word for value in combination.values() for word in _leaves(value) if word)
    whole = f"{name} ({words})" if words else name
    return whole if len(whole) <= _LONGEST_NAME else whole[: _LONGEST_NAME - 3] + "..."


def _leaves(value: object) -> Iterator[str]:
    if is_object(value):
        for each in value.values():
            yield from _leaves(each)
    elif is_array(value):
        for each in value:
            yield from _leaves(each)
    else:
        yield text_of(value)
