"""The clinic's machine of a rehearsal: a folder, stand-ins, and a repository with two releases."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.rehearsal.docker.compose import ROOT
from tests.rehearsal.page import Typist

BEFORE, AFTER = "0.1.0", "0.2.0"
# What is typed and what Docker reads; laid over a release from before it had a nightly backup.
OF_THE_PAGE = (
    *("Dockerfile", ".dockerignore", "docker-compose.yml", ".env.example", "Caddyfile"),
    *("nightly.sh", "offsite.sh", "postgres-role.sh", "gunicorn.conf.py"),
)
PASSWORD = "four plain words chosen"
# To the questions of setup_clinic, a line each; an empty one takes what is proposed.
ANSWERS = f"""\
Towpath Clinic
12 Towpath Yard, London
020 7946 0000
clinic@example.com


Dee Owner
dee@example.com
{PASSWORD}
{PASSWORD}


mon-sun 8-20
Room 1
38
50
62
"""
# The owner's hand in the editor: what stands in `typed.env` goes into the file.
NANO = """#!/bin/sh
while IFS= read -r line; do
    name=${line%%=*}
    grep -v "^$name=" "$1" > "$1.new"; echo "$line" >> "$1.new"; cat "$1.new" > "$1"; rm "$1.new"
done < "$REHEARSAL/typed.env"
"""
DOCKER = f"""#!/bin/sh
PYTHONPATH={ROOT} exec {sys.executable} -P -m tests.rehearsal.docker.engine "$@"
"""


def make(folder: Path, origin: Path, engine: dict[str, Any], typed: dict[str, str]) -> Typist:
    """Nothing is on it yet but the stand-ins and an engine."""
    home, bin_ = folder / "engine", folder / "bin"
    for one in (home, bin_, folder / "opt", folder / "mnt/second", folder / "root"):
        one.mkdir(parents=True, exist_ok=True)
    (home / "engine.json").write_text(json.dumps(engine))
    (home / "typed.env").write_text("".join(f"{n}={v}\n" for n, v in typed.items()))
    for name, script in {"docker": DOCKER, "nano": NANO}.items():
        (bin_ / name).write_text(script)
        (bin_ / name).chmod(0o755)
    env = {"PATH": f"{bin_}:{os.environ['PATH']}", "REHEARSAL": str(home)}
    return Typist(folder, origin, env)


def make_origin(folder: Path, before: str = "") -> Path:
    """Two releases: the newer is what lies here; so is the older, if no commit is named."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet")
    if before:
        archive = subprocess.run(
            ["git", "-c", "safe.directory=*", "archive", before],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        subprocess.run(["tar", "--extract"], cwd=folder, input=archive.stdout, check=True)  # noqa: S607
        if not (folder / "nightly.sh").exists():
            for name in OF_THE_PAGE:
                shutil.copy(ROOT / name, folder / name)
    else:
        _copy_what_lies_here(folder)
    _release(folder, BEFORE)
    for path in folder.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _copy_what_lies_here(folder)
    _release(folder, AFTER)
    return folder


def _copy_what_lies_here(folder: Path) -> None:
    known = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    names = subprocess.run(known, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _release(folder: Path, version: str) -> None:
    project = folder / "pyproject.toml"
    lines = project.read_text().splitlines(keepends=True)
    told = [f'version = "{version}"\n' if line.startswith("version = ") else line for line in lines]
    project.write_text("".join(told))
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", f"Taper {version}")
    _git(folder, "tag", f"v{version}")


def _git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Taper", "-c", "user.email=taper@example.com", "-c", "safe.directory=*")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)  # noqa: S607
