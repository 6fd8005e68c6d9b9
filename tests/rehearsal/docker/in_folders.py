"""Images as folders with this machine's Python: what fits into the tests, and needs no root.

Third parties' services are not started; `instead` in engine.json says where those of the tests are.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.rehearsal.docker import compose, dockerfile

if TYPE_CHECKING:
    from tests.rehearsal.docker.engine import Container

OURS = "taper:"
HERE = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
# A clock that the tests have faked is everybody's (tests/servers.py: reading it starts servers).
FAKED = ("LD_PRELOAD", "NO_FAKE_STAT", "PYTHONPATH")
CLOCK = {
    name: value
    for name, value in os.environ.items()
    if "FAKETIME" in os.environ and (name in FAKED or name.startswith("FAKETIME"))
}
# Steps that only a whole image can do; `make rehearse` does them.
LEFT_OUT = {
    "apt-get": "changes this machine",
    "useradd": "changes this machine",
    "python -m venv": "this one's is there",
    "/venv/bin/pip": "takes minutes; .ci/run installs the same file",
    "npm ci": "takes minutes; make install does the same",
}


def build(home: Path, tag: str, args: dict[str, str]) -> None:
    """The last stage's steps, one after the other, in a bare folder; its name comes last."""
    folder = home / "images" / tag
    new = home / "building"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    stage = dockerfile.read(Path("Dockerfile").read_text())[-1]
    env = {**HERE, **CLOCK, **args}
    for step in stage.steps:
        if step.word == "COPY" or "TAPER_VERSION" in step.text:
            _step(step, new, env)
    made = _made_before(home, new)
    if made.exists():
        shutil.copytree(made, new, dirs_exist_ok=True, ignore=shutil.ignore_patterns("pyproject*"))
    else:
        for step in stage.steps:
            if step.word == "RUN" and "TAPER_VERSION" not in step.text:
                _step(step, new, env)
        shutil.copytree(new, made, ignore=shutil.ignore_patterns("node_modules"))
    (new / "node_modules").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    new.rename(folder)


def _made_before(home: Path, new: Path) -> Path:
    """Where the same files but for the version would lie, with what the slow steps made of them."""
    seen = hashlib.sha256()
    for path in sorted(new.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and path.name != "pyproject.toml":
            seen.update(str(path.relative_to(new)).encode() + path.read_bytes())
    return home.parents[1] / "made" / seen.hexdigest()[:16]


def _step(step: dockerfile.Step, folder: Path, env: dict[str, str]) -> None:
    if step.word == "COPY" and "from" not in step.flags:
        *names, _into = step.text.split()
        for name in names:
            copy = shutil.copytree if Path(name).is_dir() else shutil.copy
            copy(name, folder / name)
    elif step.word == "RUN" and not step.text.startswith(tuple(LEFT_OUT)):
        if "mount" in step.flags:
            (folder / "node_modules").symlink_to(compose.ROOT / "node_modules")
        done = subprocess.run(  # noqa: S602 - the Dockerfile's own line
            step.text,
            shell=True,
            cwd=folder,
            env={**env, "STATE": str(folder / "none"), "STATIC_ROOT": str(folder / "staticfiles")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or done.stderr.strip():
            sys.exit(f"{step.text}\n{done.stdout}{done.stderr}")


def has(container: "Container") -> bool:
    return (container.home / "images" / container.image).exists()


def tags(home: Path, name: str) -> list[str]:
    return sorted(path.name for path in (home / "images").glob(f"{name}:*"))


def start(container: "Container") -> int:
    """Its process group; 0 for what is not started here, or no more to save time."""
    only = container.settings.get("only", [container.name])
    if not container.image.startswith(OURS) or container.name not in only:
        return 0
    with container.log.open("ab") as log:
        return subprocess.Popen(
            [_here(part, container) for part in container.command],
            cwd=container.home / "images" / container.image,
            env=_environment(container),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ).pid


def run(container: "Container", *, quiet: bool = False) -> int:
    if not container.image.startswith(OURS):
        env = {**HERE, **container.settings[container.name]}
        return subprocess.run(
            container.command, env=env, capture_output=quiet, check=False
        ).returncode
    folder = container.home / "images" / container.image
    if not folder.exists():
        sys.exit(f"No such image: {container.image}")
    command = [_here(part, container) for part in container.command]
    env = _environment(container)
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=quiet, check=False
    ).returncode


def execute(container: "Container", _pid: int) -> int:
    """The same as beside it: they see the same folders."""
    return run(container)


def is_well(container: "Container", _pid: int, *, quiet: bool = True) -> bool:
    if not container.image.startswith(OURS):
        return True
    if container.name == "web" and not _is_heard(int(container.settings["instead"]["PORT"])):
        return False
    container.command = container.health or _health_of_image(container)
    return run(container, quiet=quiet) == 0


def _is_heard(port: int) -> bool:
    """Else a program is started twice a second to find nobody there."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def _health_of_image(container: "Container") -> list[str]:
    stage = dockerfile.read(Path("Dockerfile").read_text())[-1]
    return stage.all("HEALTHCHECK")[-1].command


def _environment(container: "Container") -> dict[str, str]:
    folder = container.home / "images" / container.image
    data, backups = _here("/data", container), _here("/backups", container)
    paths = {
        "STATE": data,
        "HOME": data,
        "BACKUP_FOLDER": backups,
        "STATIC_ROOT": str(folder / "staticfiles"),
    }
    return {**HERE, **CLOCK, **container.env, **paths, **container.settings["instead"]}


def _here(part: str, container: "Container") -> str:
    """A path in the container as one of this machine."""
    mounts = {**container.mounts(), "/tmp": container.home}  # noqa: S108 - a folder of its own there
    known = rf"(?<![\w/.-])({'|'.join(mounts)})(?=/|$)"
    return re.sub(known, lambda found: str(mounts[found[1]]), part)
