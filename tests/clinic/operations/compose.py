"""docker-compose.yml as Docker would read it, and its services as processes of this machine."""

import os
import re
import sys
from pathlib import Path

import yaml

from clinic.demo.processes import Child
from tests.servers import FAKED_CLOCK

ROOT = Path(__file__).resolve().parents[3]
A_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<words>[^}]*))?\}")
OUR_FOLDERS = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
OUR_CLOCK = {n: os.environ[n] for n in FAKED_CLOCK if "FAKETIME" in os.environ}


def read_env(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def read(env: dict[str, str]) -> dict:
    return yaml.safe_load(filled_in((ROOT / "docker-compose.yml").read_text(), env))


def filled_in(text: str, env: dict[str, str]) -> str:
    """${NAME}, ${NAME:-default} and ${NAME:?what to do}."""

    def value(found: re.Match) -> str:
        said = env.get(found["name"], "")
        if not said and found["how"] == "?":
            raise ValueError(found["words"])
        return said or (found["words"] if found["how"] == "-" else "") or ""

    return A_VARIABLE.sub(value, text)


def environment_of(service: dict, env_file: dict[str, str]) -> dict[str, str]:
    """What the container's program would see; of this machine where programs are, and its clock."""
    assert service["env_file"] == ".env"
    return {**OUR_FOLDERS, **OUR_CLOCK, **env_file, **service["environment"]}


def start(name: str, service: dict, env: dict[str, str], folder: Path) -> Child:
    return Child.start(name, service["command"], log=folder / f"{name}.log", env=env)
