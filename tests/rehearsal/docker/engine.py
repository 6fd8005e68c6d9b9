"""What `docker` does with this clinic's files, where there is no engine: the words that
docs/operations.md uses, with services as processes of this machine. Others are refused.

REHEARSAL names the folder of all that is kept: images, volumes, what runs, logs, and `engine.json`,
which says `how` ("folders": the program in a folder, with this machine's Python; "roots": whole
images as layers).
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.rehearsal.docker import compose, in_folders, in_roots

SECONDS_TO_BE_WELL = 90
ENGINES = {"folders": in_folders, "roots": in_roots}


class Refused(Exception):
    """As Docker would, in a sentence."""


@dataclass
class Project:
    """The folder in which `docker compose` was typed."""

    home: Path
    profiles: list[str]
    settings: dict[str, Any] = field(init=False)
    env: dict[str, str] = field(init=False)
    file: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.settings = json.loads((self.home / "engine.json").read_text())
        self.env = compose.read_env(Path(".env").read_text())
        try:
            self.file = compose.read(self.env, Path())
        except ValueError as missing:
            raise Refused(str(missing)) from missing

    @property
    def services(self) -> dict[str, Any]:
        return {
            name: service
            for name, service in self.file["services"].items()
            if not service.get("profiles") or set(service["profiles"]) & set(self.profiles)
        }

    def container(self, name: str, command: list[str] | None = None, **more: str) -> "Container":
        service = self.file["services"].get(name)
        if service is None:
            raise Refused(f"no such service: {name}")
        env = {**compose.environment_of(service, self.env), **more}
        return Container(self.home, self.settings, service, name, env, command or [])

    @property
    def running(self) -> dict[str, Any]:
        path = self.home / "running.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        return {
            name: one for name, one in known.items() if one["pid"] == 0 or _is_alive(one["pid"])
        }

    def keep(self, running: dict[str, Any]) -> None:
        (self.home / "running.json").write_text(json.dumps(running))


@dataclass
class Container:
    home: Path
    settings: dict[str, Any]
    service: dict[str, Any]
    name: str
    env: dict[str, str]
    command: list[str]

    @property
    def image(self) -> str:
        return self.service["image"]

    @property
    def log(self) -> Path:
        (self.home / "logs").mkdir(exist_ok=True)
        return self.home / "logs" / f"{self.name}.log"

    @property
    def health(self) -> list[str]:
        test = self.service.get("healthcheck", {}).get("test")
        if test is None:
            return []
        return ["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]

    def mounts(self) -> dict[str, Path]:
        """Where in the container: where here."""
        found = {}
        for volume in self.service.get("volumes", []):
            source, target = volume.split(":")[:2]
            here = Path(source) if source[0] in "./" else self.home / "volumes" / source
            if source[0] not in "./":
                here.mkdir(parents=True, exist_ok=True)
            found[target] = here.resolve()
        return found


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _engine(project: Project) -> Any:
    return ENGINES[project.settings["how"]]


def up(project: Project, chosen: list[str], *, may_build: bool = True) -> None:
    """What is wanted, and what that waits for; what has changed is replaced."""
    running = project.running
    for name in _in_order(project.services, chosen or list(project.services)):
        container = project.container(name)
        container.command = container.service.get("command", [])
        wanted = {"image": container.image, "command": container.command, "env": container.env}
        if name in running and {k: running[name][k] for k in wanted} == wanted:
            continue
        if not _engine(project).has(container) and "build" in container.service:
            if not may_build:
                raise Refused(f"No such image: {container.image}")
            build(project.home, container.image, container.service["build"]["args"])
        if name in running:
            _end(running.pop(name)["pid"])
        for needed in container.service.get("depends_on", {}):
            _wait_for(project, needed)
        running[name] = {**wanted, "pid": _engine(project).start(container)}
        project.keep(running)
        print(f"Container taper-{name}-1  Started", file=sys.stderr)


def _in_order(services: dict[str, Any], chosen: list[str]) -> list[str]:
    """Whoever is waited for comes first."""
    found: list[str] = []
    for name in chosen:
        if name not in services:
            raise Refused(f"no such service: {name}")
        for one in [*_in_order(services, list(services[name].get("depends_on", {}))), name]:
            found += [one] if one not in found else []
    return found


def _wait_for(project: Project, name: str) -> None:
    """Until it is well, as `condition: service_healthy` says."""
    until = time.monotonic() + SECONDS_TO_BE_WELL
    while time.monotonic() < until:
        if name not in project.running:
            said = project.container(name).log.read_text(errors="replace")[-2000:]
            raise Refused(f"container taper-{name}-1 has ended:\n{said}")
        if is_well(project, name):
            return
        time.sleep(0.5)
    is_well(project, name, quiet=False)
    raise Refused(f"container taper-{name}-1 is unhealthy")


def is_well(project: Project, name: str, *, quiet: bool = True) -> bool:
    pid = project.running[name]["pid"]
    return _engine(project).is_well(project.container(name), pid, quiet=quiet)


def _end(pid: int) -> None:
    if not pid:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
    until = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def stop(project: Project, chosen: list[str]) -> None:
    running = project.running
    for name in chosen or list(running)[::-1]:
        if name in running:
            _end(running.pop(name)["pid"])
    project.keep(running)


def run(project: Project, name: str, command: list[str], variables: list[str]) -> int:
    """In a container of its own, once what it waits for is well."""
    container = project.container(name, command, **dict(v.split("=", 1) for v in variables))
    needed = list(container.service.get("depends_on", {}))
    up(project, needed)
    for one in needed:
        _wait_for(project, one)
    return _engine(project).run(container)


def execute(project: Project, name: str, command: list[str]) -> int:
    """In one that runs."""
    if name not in project.running:
        raise Refused(f'service "{name}" is not running')
    return _engine(project).execute(project.container(name, command), project.running[name]["pid"])


def build(home: Path, tag: str, args: dict[str, str]) -> None:
    settings = json.loads((home / "engine.json").read_text())
    ENGINES[settings["how"]].build(home, tag, args)


def _compose_words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("docker compose")
    parser.add_argument("--profile", action="append", default=[])
    words = parser.add_subparsers(dest="word", required=True)
    for word in ("build", "up", "stop", "ps", "logs", "run", "exec"):
        words.add_parser(word)
    words.choices["up"].add_argument("--detach", action="store_true", required=True)
    words.choices["up"].add_argument("--no-build", action="store_true")
    words.choices["logs"].add_argument("--since")
    for word in ("run", "exec"):
        words.choices[word].add_argument("-T", action="store_true")
        words.choices[word].add_argument("service")
        words.choices[word].add_argument("command", nargs=argparse.REMAINDER)
    words.choices["run"].add_argument("--rm", action="store_true", required=True)
    words.choices["run"].add_argument("--env", action="append", default=[])
    for word in ("build", "up", "stop", "logs"):
        words.choices[word].add_argument("services", nargs="*")
    return parser


def with_compose(home: Path, typed: list[str]) -> int:
    asked = _compose_words().parse_args(typed)
    project = Project(home, asked.profile)
    match asked.word:
        case "run":
            return run(project, asked.service, asked.command, asked.env)
        case "exec":
            return execute(project, asked.service, asked.command)
        case "build":
            web = project.file["services"]["web"]
            build(home, web["image"], web["build"]["args"])
        case "up":
            up(project, asked.services, may_build=not asked.no_build)
        case "stop":
            stop(project, asked.services)
        case "logs":
            for name in asked.services or project.services:
                log = project.container(name).log
                print(log.read_text(errors="replace") if log.exists() else "", end="")
        case "ps":
            for name in project.running:
                print(f"taper-{name}-1  {'healthy' if is_well(project, name) else 'unhealthy'}")
    return 0


def _plain_words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("docker")
    words = parser.add_subparsers(dest="word", required=True)
    building = words.add_parser("build")
    building.add_argument("--build-arg", action="append", default=[])
    building.add_argument("--tag", required=True)
    building.add_argument("context", choices=["."])
    running = words.add_parser("run")
    running.add_argument("--rm", action="store_true", required=True)
    running.add_argument("image")
    running.add_argument("command", nargs=argparse.REMAINDER)
    listing = words.add_parser("image").add_subparsers(dest="what", required=True).add_parser("ls")
    listing.add_argument("name")
    return parser


def main(typed: list[str]) -> int:
    home = Path(os.environ["REHEARSAL"])
    try:
        if typed[:1] == ["compose"]:
            return with_compose(home, typed[1:])
        asked = _plain_words().parse_args(typed)
        settings = json.loads((home / "engine.json").read_text())
        if asked.word == "build":
            build(home, asked.tag, dict(one.split("=", 1) for one in asked.build_arg))
        elif asked.word == "run":
            alone = Container(home, settings, {"image": asked.image}, "alone", {}, asked.command)
            return ENGINES[settings["how"]].run(alone)
        else:
            print("\n".join(ENGINES[settings["how"]].tags(home, asked.name)))
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
