"""A Dockerfile as its stages and their steps."""

import json
import re
import shlex
from dataclasses import dataclass, field

A_FLAG = re.compile(r"--(?P<name>[a-z-]+)=(?P<value>\S+)\s+")
A_VARIABLE = re.compile(r"\$\{?(\w+)\}?")


@dataclass(frozen=True)
class Step:
    """One instruction: its word, what stands behind it, and its flags."""

    word: str
    text: str
    flags: dict[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        """Of CMD and HEALTHCHECK: as a list, or for a shell."""
        text = self.text.removeprefix("CMD").strip()
        return json.loads(text) if text.startswith("[") else ["sh", "-c", text]


@dataclass(frozen=True)
class Stage:
    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def all(self, word: str) -> list[Step]:
        return [step for step in self.steps if step.word == word]

    def last(self, word: str) -> str:
        return self.all(word)[-1].text if self.all(word) else ""

    def environment(self) -> dict[str, str]:
        env: dict[str, str] = {}
        for step in self.all("ENV"):
            for part in shlex.split(step.text):
                name, _, value = part.partition("=")
                env[name] = A_VARIABLE.sub(lambda found: env.get(found[1], f"${found[1]}"), value)
        return env


def read(text: str) -> list[Stage]:
    stages: list[Stage] = []
    for line in _instructions(text):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages.append(Stage(base, name or str(len(stages))))
        else:
            stages[-1].steps.append(_step(word, rest.strip()))
    return stages


def _instructions(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def _step(word: str, rest: str) -> Step:
    flags = {}
    while found := A_FLAG.match(rest):
        flags[found["name"]] = found["value"]
        rest = rest[found.end() :]
    return Step(word, rest, flags)
