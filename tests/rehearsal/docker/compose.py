"""docker-compose.yml as Docker would read it."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
A_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<words>[^}]*))?\}")


def read_env(text: str) -> dict[str, str]:
    """The later of two lines counts; a value may stand between single quotes."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: value.strip("'") for name, _, value in (one.partition("=") for one in lines)}


def read(env: dict[str, str], folder: Path = ROOT) -> dict[str, Any]:
    return yaml.safe_load(filled_in((folder / "docker-compose.yml").read_text(), env))


def filled_in(text: str, env: dict[str, str]) -> str:
    """${NAME}, ${NAME:-default} and ${NAME:?what to do}."""

    def value(found: re.Match) -> str:
        said = env.get(found["name"], "")
        if not said and found["how"] == "?":
            raise ValueError(found["words"])
        return said or (found["words"] if found["how"] == "-" else "") or ""

    return A_VARIABLE.sub(value, text)


def environment_of(service: dict[str, Any], env_file: dict[str, str]) -> dict[str, str]:
    """What the container's program would see of what stands in the files."""
    from_file = env_file if service.get("env_file") == ".env" else {}
    return {**from_file, **service.get("environment", {})}


def in_bytes(limit: str) -> int:
    return int(limit[:-1]) * {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[limit[-1]]
