"""A protocol's data before it is typed: changing single fields, and telling two apart."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bookings.core.training.protocol.vocabulary import PRESSURES

Path = tuple[str | int, ...]
Data = dict[str, Any]

SET_BY_THE_CLINIC = ("version", "dated")  # not part of what a protocol says
FEW = 3  # differences that a sentence names


@dataclass(frozen=True)
class Difference:
    """A field that is not the same, of which part; None where one side does not have it."""

    path: Path
    part: str
    field: str
    before: str | None
    after: str | None


def with_changes(data: Data, changes: Mapping[Path, Any]) -> Data:
    """A copy with other values at those paths."""
    changed = copy.deepcopy(data)
    for path, value in changes.items():
        *way, last = path
        place: Any = changed
        for step in way:
            place = place[step]
        place[last] = value
    return changed


def at(data: Any, path: Path) -> Any:
    """The value there, or None."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def written(path: Path) -> str:
    """phases[3].pressure.ceiling, as a FieldError names it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


def differences(before: Data, after: Data) -> list[Difference]:
    """Field by field, in the order of the later one."""
    old, new = dict(_fields(before)), dict(_fields(after))
    paths = [*new, *(path for path in old if path not in new)]
    return [
        Difference(path, *_named(path, after if path in new else before), _said(old, path),
                   _said(new, path))
        for path in paths
        if old.get(path) != new.get(path) or (path in old) != (path in new)
    ]  # fmt: skip


def in_a_sentence(different: Sequence[Difference]) -> str:
    """Base: pressure ceiling, name; Build: name and 3 more."""
    named = [
        f"{part}: {', '.join(one.field for one in of_it)}"
        for part, of_it in groupby(different[:FEW], key=lambda one: one.part)
    ]
    more = f" and {len(different) - FEW} more" if len(different) > FEW else ""
    return "; ".join(named) + more


def in_the_order_of(data: Any, model: Any) -> Any:
    """The same data with its keys as the model has them; the database keeps no order of keys."""
    if isinstance(data, dict):
        like = model if isinstance(model, dict) else {}
        keys = [key for key in like if key in data]
        keys += [key for key in data if key not in like]
        return {key: in_the_order_of(data[key], like.get(key)) for key in keys}
    if isinstance(data, list):
        models = model if isinstance(model, list) else []
        padded = [*models, *[models[-1] if models else None] * len(data)]
        return [in_the_order_of(item, like) for item, like in zip(data, padded, strict=False)]
    return data


def _fields(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves; a list of plain values is one."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            if path or key not in SET_BY_THE_CLINIC:
                yield from _fields(value, (*path, key))
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        for index, item in enumerate(data):
            yield from _fields(item, (*path, index))
    else:
        yield path, data


def _said(fields: Mapping[Path, Any], path: Path) -> str | None:
    value = fields.get(path)
    if path not in fields or value is None:
        return None
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    words = str(value)
    return PRESSURES[words].label if words in PRESSURES else words


def _named(path: Path, data: Data) -> tuple[str, str]:
    """Of which part it is, and what it is there: ("Peak (high volume)", "pressure ceiling")."""
    for length in (2, 1):
        owner = at(data, path[:length])
        name = (owner.get("name") or owner.get("key")) if isinstance(owner, dict) else None
        if isinstance(name, str) and len(path) > length:
            return name, _plainly(path[length:])
    return _plainly(path[:1]).capitalize(), _plainly(path[1:]) or "all of it"


def _plainly(path: Path) -> str:
    words = (f"number {step + 1}" if isinstance(step, int) else step for step in path)
    return " ".join(words).replace("_", " ")
