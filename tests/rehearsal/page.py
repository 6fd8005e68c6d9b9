"""docs/operations.md as what is typed: its grey boxes, in their order."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.rehearsal.docker.compose import ROOT

PAGE = ROOT / "docs/operations.md"
A_BOX = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
A_TITLE = re.compile(r"^#+ (.+)$|\*\*(?:\d+\. )?([^*]+)\*\*", re.MULTILINE)
NAMED_RELEASE = "0.1.0"
TAPER, SECOND_DISK, KEPT = "/opt/taper", "/mnt/second/taper", "/opt/kept.env"


@dataclass(frozen=True)
class Box:
    """What stands in one, and the nearest title or fat words above it."""

    title: str
    kind: str
    text: str

    @property
    def commands(self) -> list[str]:
        return [line.partition("  #")[0].strip() for line in self.text.splitlines()]


def boxes(text: str) -> list[Box]:
    return [
        Box(_title_above(text[: found.start()]), found[1], found[2])
        for found in A_BOX.finditer(text)
    ]


def _title_above(text: str) -> str:
    last = list(A_TITLE.finditer(text))[-1]
    return (last[1] or last[2]).rstrip(".")


def find(title: str, *, release: str = NAMED_RELEASE) -> Box:
    """The one whose title begins so, about the release that the reader wants."""
    (box,) = [box for box in boxes(PAGE.read_text()) if box.title.startswith(title)]
    return replace(box, text=box.text.replace(NAMED_RELEASE, release))


def inline_commands(text: str) -> Iterator[str]:
    for found in re.finditer(r"`((?:manage\.py|docker compose|make) [^`]+)`", A_BOX.sub("", text)):
        yield " ".join(found[1].split())


@dataclass
class Typist:
    """Types what a box says, on a machine whose folders are those of `machine`."""

    machine: Path
    origin: Path
    env: dict[str, str]

    def there(self, path: str) -> Path:
        return self.machine / path[1:]

    def type(self, box: Box, *, answers: str = "", without: tuple[str, ...] = ()) -> str:
        """Raises AssertionError with what was said."""
        lines = [line for line in box.commands if not line.startswith(without or ("\0",))]
        text = "\n".join(lines).replace("<this repository>", str(self.origin))
        for path in (TAPER, SECOND_DISK, KEPT):
            text = text.replace(path, str(self.there(path)))
        home = self.there(TAPER)
        done = subprocess.run(
            ["bash", "-e", "-c", text],  # noqa: S607
            cwd=home if home.exists() else self.machine,
            env={**os.environ, **self.env},
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{box.title}: {text}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr
