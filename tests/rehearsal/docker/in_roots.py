"""Containers of whole images, as the kernel makes them: a root of layers that cannot be written,
namespaces, a memory cgroup with the file's limit, no capabilities. Needs root, and no engine.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.rehearsal.docker import compose, layers
from tests.rehearsal.docker.layers import BIN, Builder, Image

if TYPE_CHECKING:
    from tests.rehearsal.docker.engine import Container

CGROUP = Path("/sys/fs/cgroup/memory/taper-rehearsal")
OWN_FOLDER = "/tmp"  # noqa: S108 - of each container
OURS, OUR_USER = "taper:", 10001
# What the image's entrypoint does on the first day.
POSTGRES = r"""
export PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/data
mkdir -p /var/run/postgresql
chown postgres $PGDATA /var/run/postgresql; chmod 700 $PGDATA
as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
if [ ! -e $PGDATA/PG_VERSION ]; then
    as initdb --username=postgres --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 \
        --no-sync >/dev/null
    as pg_ctl --wait --silent --log=/dev/null --options="-c listen_addresses=" start
    as createdb --username=postgres "$POSTGRES_DB"
    as sh /docker-entrypoint-initdb.d/postgres-role.sh
    as pg_ctl --wait --silent stop
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
"""


def build(home: Path, tag: str, args: dict[str, str]) -> None:
    """In the network of this machine, which containers do not have."""
    store = _store(home)
    _run_out_there(home, "build", tag, json.dumps(args), str(store))


def _run_out_there(home: Path, *what: str) -> None:
    outside = json.loads((home / "engine.json").read_text()).get("outside")
    enter = ["nsenter", f"--net={outside}"] if outside else []
    argv = [*enter, sys.executable, "-P", "-m", "tests.rehearsal.docker.in_roots", *what]
    if subprocess.run(argv, check=False).returncode:
        sys.exit(1)


def _store(home: Path) -> Path:
    return Path(json.loads((home / "engine.json").read_text())["store"])


def has(container: "Container") -> bool:
    return layers.kept(_store(container.home), container.image) is not None


def tags(home: Path, name: str) -> list[str]:
    return sorted(path.name for path in (_store(home) / "images").glob(f"{name}:*"))


def start(container: "Container") -> int:
    with container.log.open("ab") as log:
        return subprocess.Popen(
            _argv(container),
            env=_environment(container),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ).pid


def run(container: "Container", *, quiet: bool = False) -> int:
    argv, env = _argv(container, suffix="-run"), _environment(container)
    return subprocess.run(argv, env=env, cwd="/", capture_output=quiet, check=False).returncode


def execute(container: "Container", pid: int, *, quiet: bool = False) -> int:
    """In the namespaces and the cgroup of the one that runs."""
    image = _image(container)
    limit = f"echo $$ > {_limited(container, '')}/cgroup.procs"
    inner = f"cd {image.workdir} && exec {_dropping(image)}{shlex.join(container.command)}"
    enter = f"nsenter --target={_child(pid)} --mount --pid --root sh -ec {shlex.quote(inner)}"
    script = f"{limit}; exec {enter}"
    argv, env = ["sh", "-ec", script], _environment(container)
    return subprocess.run(argv, env=env, cwd="/", capture_output=quiet, check=False).returncode


def _child(pid: int) -> str:
    """The first process inside, whose parent is who unshared."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]


def is_well(container: "Container", pid: int, *, quiet: bool = True) -> bool:
    container.command = container.health or _image(container).health
    try:
        return not container.command or execute(container, pid, quiet=quiet) == 0
    except (OSError, IndexError):
        return False  # it has just ended


def _image(container: "Container") -> Image:
    found = layers.kept(_store(container.home), container.image)
    if found is None and not container.image.startswith(OURS):
        _run_out_there(container.home, "pull", container.image, "{}", str(_store(container.home)))
        found = layers.kept(_store(container.home), container.image)
    if found is None:
        sys.exit(f"No such image: {container.image}")
    return found


def _environment(container: "Container") -> dict[str, str]:
    return {
        "PATH": BIN,
        "HOME": "/data",
        "LANG": "C.UTF-8",
        **_image(container).env,
        **container.env,
    }


def _argv(container: "Container", *, suffix: str = "") -> list[str]:
    image = _image(container)
    root = f"{container.home}/root"
    Path(root).mkdir(exist_ok=True)
    steps = [f"echo $$ > {_limited(container, suffix)}/cgroup.procs"]
    steps += [f"mount -t overlay overlay -o {_overlay(container, image)} {root}"]
    steps += [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    steps += [f"mount -t tmpfs -o mode=1777 tmpfs {root}{OWN_FOLDER}"]
    for target, source in container.mounts().items():
        if not source.is_dir():
            steps += [f"touch {root}{target}"]
        elif (
            container.image.startswith(OURS)
            and not any(source.iterdir())
            and "volumes" in source.parts
        ):
            os.chown(source, OUR_USER, OUR_USER)
        steps += [f"mount --bind {source} {root}{target}"]
    steps += [_entering(root, image, container)]
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", "\n".join(steps)]


def _entering(root: str, image: Image, container: "Container") -> str:
    command = shlex.join(container.command or image.command)
    if container.image.startswith("postgres:"):
        return f"exec chroot {root} sh -ec {shlex.quote(POSTGRES)} entrypoint {command}"
    inner = f"cd {image.workdir} && exec {_dropping(image)}{command}"
    return f"exec chroot {root} sh -ec {shlex.quote(inner)}"


def _dropping(image: Image) -> str:
    """As `user`, `cap_drop` and `no-new-privileges` say."""
    if image.user == "root":
        return ""
    who = f"--reuid={image.user} --regid={image.user} --clear-groups"
    return f"setpriv {who} --no-new-privs --bounding-set=-all --inh-caps=-all "


def _overlay(container: "Container", image: Image) -> str:
    lower = ":".join(reversed(image.layers))
    if container.service.get("read_only"):
        return f"lowerdir={lower}"
    own = container.home / "written" / container.name
    for folder in ("upper", "work"):
        (own / folder).mkdir(parents=True, exist_ok=True)
    return f"lowerdir={lower},upperdir={own}/upper,workdir={own}/work"


def _limited(container: "Container", suffix: str) -> Path:
    """Its cgroup, with the limit of the file."""
    group = CGROUP / f"{container.name}{suffix}"
    group.mkdir(parents=True, exist_ok=True)
    limit = container.service.get("mem_limit")
    (group / "memory.limit_in_bytes").write_text(str(compose.in_bytes(limit)) if limit else "-1")
    return group


def _main(word: str, name: str, args: str, store: str) -> None:
    builder = Builder(Path(store), lambda line: print(line, file=sys.stderr), json.loads(args))
    image = builder.build(Path()) if word == "build" else builder.base(name)
    layers.keep(Path(store), name, image)


if __name__ == "__main__":
    _main(*sys.argv[1:])
