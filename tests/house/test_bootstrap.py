"""What pages name of Bootstrap is served, and is what the lock's Bootstrap says (`make css`)."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import crispy_bootstrap5  # type: ignore[import-untyped]
import pytest

ROOT = Path(__file__).parents[2]
SERVED = ROOT / "static/css/bootstrap"
WHOLE = ROOT / "node_modules/bootstrap/dist/css"
A_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
IN_A_TEMPLATE = re.compile(r'\bclass="([^"]*)"')
IN_A_MODULE = re.compile(r'(?:\bcss_class=|"class": |\bclass=)"([^"]*)"')


def classes_of(sheet: Path) -> set[str]:
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", sheet.read_text(), flags=re.DOTALL)
    return set(A_CLASS.findall(selectors))


def named() -> Iterator[tuple[str, str]]:
    """Each class that a page may have, and the file that gives it."""
    crispy = Path(str(crispy_bootstrap5.__file__)).parent
    for path in [*ROOT.glob("templates/**/*.html"), *crispy.glob("templates/**/*.html")]:
        for words in IN_A_TEMPLATE.findall(re.sub(r"{%.*?%}|{{.*?}}", " ", path.read_text())):
            yield from ((word, path.name) for word in words.split())
    for app in ("bookings", "therapists", "clinic"):
        for path in (ROOT / app).glob("**/*.py"):
            for words in IN_A_MODULE.findall(path.read_text()):
                yield from ((word, path.name) for word in words.split())


@pytest.mark.parametrize("name", ["bootstrap.min.css", "bootstrap.rtl.min.css"])
def test_each_class_of_bootstraps_that_a_page_names_is_served(name):
    left_out = classes_of(WHOLE / name) - classes_of(SERVED / name)
    missing = {f"{word} ({where})" for word, where in named() if word in left_out}
    assert not missing, f"make css, and commit what it writes: {sorted(missing)}"


@pytest.mark.parametrize("name", ["bootstrap.min.css", "bootstrap.rtl.min.css"])
def test_what_is_served_is_of_the_version_that_the_lock_names(name):
    lock = json.loads((ROOT / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/bootstrap"]["version"]
    assert f"v{version} " in (SERVED / name).read_text()[:200], "make css"


def test_the_reading_of_sheets_and_pages_knows_a_class(tmp_path):
    sheet = tmp_path / "a.css"
    sheet.write_text("/* .not */.btn{margin:.5rem}@media print{.d-none,a.row:hover{color:red}}")
    assert classes_of(sheet) == {"btn", "d-none", "row"}
    assert {"btn-primary", "form-control"} <= {word for word, _ in named()}
