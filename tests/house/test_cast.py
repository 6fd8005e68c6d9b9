"""One clock and one cast: who defines them anew in a test says what is different."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
CAST = TESTS / "cast.py"
# What starts programs has the real clock, and casts of its own in the demo's data.
OF_THEIR_OWN = ("browser/", "faults/", "simulation/", "benchmarks/", "core/", "faked_clock/")
CLOCKS = {"time_machine", "freezegun"}


@cache
def sources() -> list[tuple[str, ast.Module]]:
    named = [(path.relative_to(TESTS).as_posix(), path) for path in sorted(TESTS.rglob("*.py"))]
    return [
        (name, ast.parse(path.read_text()))
        for name, path in named
        if path != CAST and not name.startswith(OF_THEIR_OWN)
    ]


def fixtures(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for one in module.body:
        if isinstance(one, ast.FunctionDef) and any(
            "fixture" in ast.unparse(mark) for mark in one.decorator_list
        ):
            yield one


def test_nobody_of_the_cast_is_played_twice_without_a_reason():
    """A fixture of a name in the cast builds on that one, or its docstring says who it is."""
    cast = {one.name for one in fixtures(ast.parse(CAST.read_text()))}
    twice = [
        f"{name}: {one.name}"
        for name, module in sources()
        for one in fixtures(module)
        if one.name in cast
        and one.name not in {argument.arg for argument in one.args.args}
        and not ast.get_docstring(one)
    ]
    assert {"clinic", "kim", "massage", "ana"} <= cast
    assert not twice, "\n".join(twice)


def test_nobody_sets_a_clock_but_the_one():
    """Python's clock alone would run away from the database's: clock.move_to moves both."""
    setters = [
        name
        for name, module in sources()
        for one in ast.walk(module)
        if isinstance(one, ast.Import | ast.ImportFrom)
        and CLOCKS & {alias.name.partition(".")[0] for alias in one.names}
        and name not in ("clock.py", "house/outside.py")
    ]
    assert not setters
