"""What may import what: two directions, doors that do not know one another, folders one can read.

A module has a layer (core < models < verbs < edges < project) and an app (bookings < therapists <
clinic), and imports only what is above it in neither.
"""

import ast
from collections import Counter, defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("bookings", "therapists", "clinic")
CORE, MODELS, VERBS, EDGES, PROJECT = range(5)
LAYERS = {
    "bookings": EDGES,
    "bookings.core": CORE,
    "bookings.dates": MODELS,
    "bookings.models": MODELS,
    "bookings.migrations": MODELS,
    "bookings.actions": VERBS,
    "bookings.queries": VERBS,
    "bookings.mail": VERBS,
    "bookings.calendars": VERBS,
    "bookings.fetching": VERBS,
    "bookings.links": VERBS,
    "therapists": EDGES,
    "therapists.core": CORE,
    "therapists.models": MODELS,
    "therapists.migrations": MODELS,
    "therapists.actions": VERBS,
    "therapists.queries": VERBS,
    "therapists.feeds": VERBS,
    "therapists.health_audit": VERBS,
    "therapists.web_push": VERBS,
    "clinic": PROJECT,
    "clinic.records": VERBS,
    "clinic.records.pages": EDGES,
    "clinic.records.urls": EDGES,
    "clinic.operations": VERBS,
    "clinic.demo.data": VERBS,
    "clinic.demo.logins": CORE,
}
# Within a layer a subject imports only from those before it.
SUBJECTS = {
    "bookings.core": ("mail", "training", "scheduling", "waiting_list", "clients", "records"),
    "bookings.models": (
        "clients",
        "rota",
        "scheduling",
        "money",
        "mail",
        "training",
        "waiting_list",
        "records",
    ),
    # A composed read, such as a drawn day, sees all and is used by edges.
    "bookings.queries": (
        "rota",
        "scheduling",
        "training",
        "mail",
        "clients",
        "series",
        "waiting_list",
        "money",
        "reports",
        "desk",
        "office",
    ),
    "bookings.actions": (
        "mail",
        "money",
        "rota",
        "training",
        "clients",
        "scheduling",
        "series",
        "waiting_list",
        "people",
        "records",
    ),
}
DOORS = (
    "bookings.runner", "bookings.desk", "bookings.office", "bookings.admin", "bookings.api",
)  # fmt: skip
REFUSED_NAMES = {"utils", "helpers", "services", "common", "manager"}
NOT_FOR_THE_CORE = {"django", "psycopg2", "celery", "redis", "yaml"}
OTHER_FOLDERS = ("docs", "static", "templates", "tests")
NOT_COUNTED = ("__init__.py", "conftest.py")
MOST_FILES = 12
# Where a reader still finds what they look for; a folder that becomes small again leaves the list.
MORE_FILES = {
    "docs/adr": "one a decision, by number",
    "templates": "what Django asks for by name: base pages and errors",
    "templates/account": "allauth's names",
    "templates/account/email": "allauth's names, three files a mail",
    "templates/mail": "one a kind of mail",
    "templates/web/training": "the parts of one page, the plan",
    "tests": "what all tests share: the cast, the clock, the factories, the readings",
    "tests/actions/scheduling": "one a change of the diary",
    "tests/benchmarks": "one a measurement, and what they share",
    "tests/browser": "one a journey",
    "tests/faults": "one a thing that breaks",
    "tests/house": "one a rule of the house",
    "tests/mail": "one a promise of the outbox",
}

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
}


def layer_of(module: str) -> int:
    """That of the nearest package that has one."""
    while module not in LAYERS:
        module = module.rpartition(".")[0]
    return LAYERS[module]


def app_of(module: str) -> int:
    return APPS.index(module.partition(".")[0])


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(), module)


def imported(tree: ast.AST) -> set[str]:
    """Every module named; what is taken from one only where that is a module too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= (whole & set(MODULES)) or {node.module or ""}
    return names


@cache
def of_ours(module: str) -> set[str]:
    return (imported(parsed(module)) & set(MODULES)) - {module}


def is_above(other: str, module: str) -> bool:
    return layer_of(other) > layer_of(module) or app_of(other) > app_of(module)


def door_of(module: str) -> str:
    return next((door for door in DOORS if f"{module}.".startswith(f"{door}.")), "")


def is_of_another_door(other: str, module: str) -> bool:
    if not (door := door_of(other)) or door == door_of(module):
        return False
    return module.partition(".")[0] in ("bookings", "therapists") and layer_of(module) <= EDGES


def circle_in(uses: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_module_imports_nothing_from_above_and_from_no_other_door():
    wrong = {
        (module, other)
        for module in MODULES
        for other in of_ours(module)
        if is_above(other, module) or is_of_another_door(other, module)
    }
    assert wrong == set()


def subject_of(module: str, layer: str) -> str:
    """The folder within the layer; none for a module that all subjects share."""
    if module == layer or not is_within(module, layer):
        return ""
    subject, _, rest = module.removeprefix(f"{layer}.").partition(".")
    return subject if rest or is_facade(module) else ""


def is_of_a_later_subject(other: str, module: str, layer: str) -> bool:
    here, there = subject_of(module, layer), subject_of(other, layer)
    order = SUBJECTS[layer]
    return bool(here and there) and order.index(there) > order.index(here)


@pytest.mark.parametrize("layer", SUBJECTS)
def test_a_subject_imports_only_from_those_before_it_on_its_layer(layer):
    within = [name for name in MODULES if subject_of(name, layer)]
    assert {subject_of(name, layer) for name in within} == set(SUBJECTS[layer])
    wrong = {
        (module, other)
        for module in within
        for other in of_ours(module)
        if is_of_a_later_subject(other, module, layer)
    }
    assert wrong == set()


def test_modules_import_one_another_in_no_circle():
    assert not circle_in({module: of_ours(module) for module in MODULES})


def folder_of(module: str) -> str:
    """A module that lies in an app's own folder stands for itself, and so does a facade."""
    parent = module.rpartition(".")[0]
    return module if parent in ("", *APPS) or is_facade(module) else parent


def is_facade(module: str) -> bool:
    return MODULES[module].stem == "__init__"


def is_within(inner: str, outer: str) -> bool:
    return f"{inner}.".startswith(f"{outer}.")


def test_folders_import_one_another_in_no_circle():
    """A folder and those within it are of one house; a facade only hands on."""
    uses: dict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        here = folder_of(module)
        there = {folder_of(other) for other in of_ours(module)}
        if not is_facade(module):
            uses[here] |= {o for o in there if not (is_within(here, o) or is_within(o, here))}
    assert not circle_in(uses)


# Each takes a third of a second to load, which every program that starts would pay for what few do.
LOADED_LATE = {
    "therapists.letter_pdf": ["from fpdf import FPDF"],
    "therapists.web_push": ["import pywebpush"],
}


def imports_in_functions(module: str) -> list[str]:
    return [
        ast.unparse(node)
        for function in ast.walk(parsed(module))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def test_a_module_imports_nothing_inside_a_function():
    assert {name: found for name in MODULES if (found := imports_in_functions(name))} == LOADED_LATE


def test_the_core_knows_neither_django_nor_a_database():
    core = [name for name in MODULES if layer_of(name) == CORE]
    tops = {name: {o.partition(".")[0] for o in imported(parsed(name))} for name in core}
    assert not {name: found for name in core if (found := tops[name] & NOT_FOR_THE_CORE)}


def test_no_folder_holds_more_than_a_reader_takes_in():
    files = Counter(MODULES[name].parent for name in MODULES if not is_facade(name))
    many = {str(folder) for folder, count in files.items() if count > MOST_FILES}
    assert not {folder for folder in many if not folder.endswith("migrations")}


def test_nor_does_one_of_templates_static_files_tests_or_documents():
    files = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for folder in OTHER_FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.name not in NOT_COUNTED
    )
    assert {folder for folder, count in files.items() if count > MOST_FILES} == set(MORE_FILES)


def test_no_module_has_a_name_that_says_nothing():
    assert not [path for path in MODULES.values() if path.stem in REFUSED_NAMES]


def test_the_checks_can_fail():
    tree = ast.parse("from bookings.actions.scheduling import booking")
    [other] = imported(tree)
    assert is_above(other, "bookings.models.clinic")
    assert is_above("clinic.settings", "therapists.tasks")
    assert is_of_another_door("bookings.runner.home", "bookings.desk.home")
    assert circle_in({"a": {"b"}, "b": {"a"}})
    booking, races = "bookings.actions.scheduling.booking", "bookings.actions.training.races"
    assert is_of_a_later_subject(booking, races, "bookings.actions")
    assert not is_of_a_later_subject(races, booking, "bookings.actions")
