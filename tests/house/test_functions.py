"""Functions one can read: they end on the screen, and a call says what its arguments are.

Nobody can read a call of six arguments by their order: the sixth has a keyword.
"""

import ast
from functools import cache

from tests.house.test_floors import MODULES, ROOT, parsed

MOST_LINES = 30
MOST_POSITIONALS = 5
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions() -> list[tuple[str, Function]]:
    """Of the product, as path and name, with what it says."""
    return [
        (f"{path.relative_to(ROOT).as_posix()}: {one.name}", one)
        for module, path in MODULES.items()
        for one in ast.walk(parsed(module))
        if isinstance(one, Function)
    ]


def positionals(arguments: ast.arguments) -> list[str]:
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    return [name for name in names if name not in ("self", "cls")]


def lines(function: Function) -> int:
    """From its name to its end, without decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_function_takes_more_than_five_positionals():
    many = {name for name, one in functions() if len(positionals(one.args)) > MOST_POSITIONALS}
    assert many == set()


def test_no_function_is_longer_than_thirty_lines():
    assert {name: lines(one) for name, one in functions() if lines(one) > MOST_LINES} == {}


def test_the_checks_can_fail():
    [function] = ast.parse("@cached\ndef f(a, b, /, c, *, d):\n    return (\n        a\n    )").body
    assert isinstance(function, Function)
    assert (lines(function), positionals(function.args)) == (4, ["a", "b", "c"])
