"""One thing that the doctor has looked at."""

from dataclasses import dataclass

WELL, BETTER, WRONG = "well", "better", "wrong"
MARKS = {WELL: "well    ", BETTER: "better  ", WRONG: "WRONG   "}


@dataclass(frozen=True)
class Diagnosis:
    """`says` how it is, in a sentence or more without a secret; `do` what about it."""

    about: str
    state: str
    says: str
    do: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.state == WRONG
