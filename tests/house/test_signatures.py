"""Nobody can read a call of six arguments by their order: the sixth has a keyword."""

import ast

from tests.house.test_floors import APPS, ROOT

MOST = 5
STILL_LONGER = {  # may only get shorter
    "bookings/actions/money/payments.py: _charge",
    "bookings/actions/money/payments.py: _fee",
}


def longer() -> set[str]:
    """Functions with more positional parameters, without self and cls, as path and name."""
    return {
        f"{path.relative_to(ROOT).as_posix()}: {function.name}"
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and len(positionals(function.args)) > MOST
    }


def positionals(arguments: ast.arguments) -> list[str]:
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    return [name for name in names if name not in ("self", "cls")]


def test_no_function_takes_more_than_five_positionals():
    assert longer() == STILL_LONGER
