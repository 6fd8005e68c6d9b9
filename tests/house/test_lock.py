"""The locks hold all that is installed, so that any pip takes them; read, not resolved.

What each package asks for is read from the environment that the lock was installed into.
"""

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {
    "requirements.txt": ["requirements.in"],
    "requirements-dev.txt": ["requirements.in", "requirements-dev.in"],
}
PEER = "tests/benchmarks/peer/requirements.txt"
HASHED = re.compile(r"\S+==\S+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+")
SUPPORTED = ("3.11", "3.12", "3.13")


def lines(text: str) -> Iterator[str]:
    """Each requirement with its options, on one line and without comments."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        wanted = re.sub(r"(^|\s)#.*", "", line).strip()
        if wanted and not wanted.startswith("-"):
            yield re.sub(r"\s+", " ", wanted)


def locked(text: str) -> list[Requirement]:
    return [Requirement(line.partition(" --hash")[0]) for line in lines(text)]


def asked_directly(lock: str) -> list[Requirement]:
    return [Requirement(line) for name in LOCKS[lock] for line in lines((ROOT / name).read_text())]


def holds(requirement: Requirement, extras: set[str]) -> bool:
    """On any Python that we support, on a machine like this one."""
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({"python_version": python, "python_full_version": python, "extra": extra})
        for python in SUPPORTED
        for extra in {"", *extras}
    )


def asked_by(package: Requirement) -> Iterator[Requirement]:
    """What the installed package asks for; nothing where it is for another kind of machine."""
    try:
        told = requires(package.name) or []
    except PackageNotFoundError:
        return
    yield from (each for each in map(Requirement, told) if holds(each, package.extras))


def faults(lock: list[Requirement], direct: list[Requirement]) -> list[str]:
    """What pip would look for beyond the lock, by itself and without a hash."""
    data = [(each, "requirements*.in") for each in direct]
    data += [(each, package.name) for package in lock for each in asked_by(package)]
    return sorted({fault for each, by in data for fault in unmet(each, by, lock)})


def unmet(data: Requirement, by: str, lock: list[Requirement]) -> Iterator[str]:
    name = canonicalize_name(data.name)
    pins = [each for each in lock if canonicalize_name(each.name) == name and holds(each, set())]
    if not pins and holds(data, set()):
        yield f"{by} asks for {data}: not in the lock"
    for pin in pins:
        (version,) = pin.specifier
        if not data.specifier.contains(version.version, prereleases=True):
            yield f"{by} asks for {data}: the lock has {pin.specifier}"
        if missing := data.extras - pin.extras:
            yield f"{by} asks for {data}: pinned without [{','.join(sorted(missing))}]"


def reached(lock: list[Requirement], direct: list[Requirement]) -> set[str]:
    """The names that somebody asks for, by way of others."""
    by_name = {canonicalize_name(each.name): each for each in lock}
    found: set[str] = set()
    to_see = [canonicalize_name(each.name) for each in direct]
    while to_see:
        name = to_see.pop()
        if name in by_name and name not in found:
            found.add(name)
            to_see += [canonicalize_name(each.name) for each in asked_by(by_name[name])]
    return found


@pytest.mark.parametrize("path", [*LOCKS, PEER])
def test_every_line_of_a_lock_names_one_version_and_its_hashes(path):
    text = (ROOT / path).read_text()
    assert len(list(lines(text))) > 3
    assert [line for line in lines(text) if not HASHED.fullmatch(line)] == []


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_holds_all_that_its_packages_ask_for_with_the_extras(path):
    assert faults(locked((ROOT / path).read_text()), asked_directly(path)) == []


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_holds_nothing_that_nobody_asks_for(path):
    lock = locked((ROOT / path).read_text())
    here = {canonicalize_name(each.name) for each in lock if holds(each, set())}
    assert here - reached(lock, asked_directly(path)) == set()


@pytest.mark.parametrize("path", LOCKS)
def test_what_is_installed_is_what_the_lock_says(path):
    lock = [each for each in locked((ROOT / path).read_text()) if each.marker is None]
    different = {
        each.name: distribution(each.name).version
        for each in lock
        if not each.specifier.contains(distribution(each.name).version, prereleases=True)
    }
    assert different == {}, "make demo or make test brings this environment up to date"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("coverage[toml]==", "coverage=="),
        ("django-allauth[mfa]==", "django-allauth=="),
        ("iniconfig==", "iniconfig-of-another-name=="),
        ("pluggy==1", "pluggy==0"),
    ],
)
def test_an_extra_a_package_or_a_version_that_is_missing_is_named(right, wrong):
    text = (ROOT / "requirements-dev.txt").read_text()
    assert right in text
    direct = asked_directly("requirements-dev.txt")
    found = {*faults(locked(text.replace(right, wrong)), direct)} - {*faults(locked(text), direct)}
    assert found
    assert all(f" asks for {right.partition('=')[0].partition('[')[0]}" in fault for fault in found)


# No address that only one machine has.

REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com|deb\.debian\.org|crates\.io"
)
MACHINE = re.compile(r"(?<![\w.}])/(?:work|root)/")


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("Which files are ours only a clone of the repository tells.")
    data = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.check_output(data, cwd=ROOT, text=True)
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("what", [REGISTRY, MACHINE], ids=["registry", "machine"])
def test_no_file_names_a_registrys_host_or_a_machines_folder(what):
    named = {
        str(path.relative_to(ROOT)): found[0]
        for path in tracked_files()
        if (found := what.search(path.read_text(errors="ignore")))
    }
    assert named == {}
