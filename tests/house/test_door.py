"""What whoever comes anew is told first is true."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tests.house.test_lock import SUPPORTED
from tests.reading import first_match

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
FOR_PEOPLE = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operations.md"]
TARGETS = set(first_match(r"\.PHONY: ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text())[1].split())
TARGETS -= {"\\"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOW = ROOT / ".github/workflows/ci.yml"


def test_make_help_lists_every_target():
    data = ["make", "--silent", "help"]
    said = subprocess.check_output(data, cwd=ROOT, text=True)
    listed = {line.split()[1] for line in said.splitlines() if line.startswith("make ")}
    assert listed == TARGETS


@pytest.mark.parametrize("path", FOR_PEOPLE)
def test_a_make_target_that_is_named_exists(path):
    named = re.findall(r"(?:`|^\s*)make ((?:[a-z][a-z-]+ ?)+)", (ROOT / path).read_text(), re.M)
    assert named
    assert {target for words in named for target in words.split()} <= TARGETS


@pytest.mark.parametrize("path", ["CONTRIBUTING.md", "SECURITY.md"])
def test_a_file_that_is_named_exists(path):
    text = (ROOT / path).read_text()
    named = re.findall(r"`([\w.-]+/[\w./-]*)`|\]\(([^):]+)\)|pytest ([\w/.]+)", text)
    places = {next(filter(None, found)) for found in named}
    assert len(places) > 1
    assert {place for place in places if not (ROOT / place).exists()} == set()


DOCS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()}
A_FILE = (".py", ".html", ".txt", ".yaml", ".yml", ".toml", ".js", ".css", ".md")


@pytest.mark.parametrize("path", DOCS)
def test_a_file_that_the_docs_name_exists(path):
    """As a path from the top or, where no app is said, in one of them."""
    named = re.findall(r"`(\w[\w./-]*/[\w./-]*)`", (ROOT / path).read_text())
    places = [one for one in named if one.endswith(A_FILE) or one.split("/")[0] in FOLDERS]
    apps = (ROOT, *(ROOT / app for app in ("bookings", "therapists", "clinic", "tests")))
    assert not [one for one in places if not any((app / one).exists() for app in apps)]


@pytest.mark.parametrize("path", DOCS)
def test_a_test_that_the_docs_name_exists(path):
    named = set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", (ROOT / path).read_text()))
    there = {
        (file, name)
        for file in {file for file, _ in named}
        for name in re.findall(r"^def (test_\w+)", (ROOT / file).read_text(), re.MULTILINE)
    }
    assert named - there == set()


def test_the_one_test_of_the_readmes_third_line_needs_neither_django_nor_a_server():
    (arguments,) = re.findall(r"`\.venv/bin/python -m pytest (.+)`", README.splitlines()[2])
    seen = "import pytest, sys; done = pytest.main(sys.argv[1:]); "
    seen += "sys.exit(done or ' '.join({'django', 'psycopg2', 'clinic'} & sys.modules.keys()) or 0)"
    done = subprocess.run(
        [sys.executable, "-c", seen, *arguments.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r" [1-9]\d* passed", done.stdout)


def test_hosted_ci_runs_ci_run_with_each_python_that_is_supported():
    checked = ["check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(WORKFLOW)]
    subprocess.check_output([sys.executable, "-m", *checked])
    (job,) = yaml.safe_load(WORKFLOW.read_text())["jobs"].values()
    assert tuple(job["strategy"]["matrix"]["python"]) == SUPPORTED
    assert job["steps"][-1] == {"run": "bash .ci/run"}
    assert all(version in SpecifierSet(PROJECT["requires-python"]) for version in SUPPORTED)
