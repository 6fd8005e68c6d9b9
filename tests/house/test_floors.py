"""A module imports its own floor and those below, never above, and nothing inside functions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT, PAGES, EDGES, VERBS, NOUNS, CORE = 5, 4, 3, 2, 1, 0
FLOORS = {
    "clinic": PROJECT,
    "therapists": PAGES,
    "bookings": EDGES,
    "bookings.actions": VERBS,
    "bookings.queries": VERBS,
    "bookings.mail": VERBS,
    "bookings.calendars": VERBS,
    "bookings.links": VERBS,
    "bookings.queries.training.protocol_file": VERBS,
    "bookings.models": NOUNS,
    "bookings.migrations": NOUNS,
    "bookings.core": CORE,
}
REFUSED_NAMES = {"utils", "helpers", "services", "common", "manager"}
NOT_FOR_THE_CORE = {"django", "psycopg2", "celery", "redis", "yaml"}
MODULES = [
    path
    for app in ("clinic", "bookings", "therapists")
    for path in sorted((ROOT / app).rglob("*.py"))
]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def floor_of(module: str) -> int | None:
    """The floor of the nearest package that has one; None for what is not ours."""
    while module:
        if module in FLOORS:
            return FLOORS[module]
        module = module.rpartition(".")[0]
    return None


def imported(tree: ast.AST) -> list[str]:
    """Every module named, with what is taken from it, since that may be a module too."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text(), str(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_nothing_from_above(path):
    floor = floor_of(name_of(path))
    above = [
        name
        for name in imported(parsed(path))
        if (other := floor_of(name)) is not None and other > floor
    ]
    assert not above


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_nothing_inside_a_function(path):
    inside = [
        ast.unparse(node)
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside


@pytest.mark.parametrize("path", sorted((ROOT / "bookings/core").rglob("*.py")), ids=name_of)
def test_the_core_knows_neither_django_nor_a_database(path):
    assert not {name.partition(".")[0] for name in imported(parsed(path))} & NOT_FOR_THE_CORE


def test_no_module_has_a_name_that_says_nothing():
    assert not [path for path in MODULES if path.stem in REFUSED_NAMES]


def test_the_check_can_fail():
    tree = ast.parse("from bookings.actions import booking")
    assert floor_of(imported(tree)[0]) > floor_of("bookings.models.clients.clients")
