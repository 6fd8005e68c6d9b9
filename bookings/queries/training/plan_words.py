"""The words by which a training plan's file is read."""

from functools import cache
from pathlib import Path

import yaml

from bookings.core.records.plan_files import PlanWords

FILE = Path(__file__).parents[2] / "training_words.yaml"


@cache
def plan_words() -> PlanWords:
    return PlanWords.from_data(yaml.safe_load(FILE.read_text("utf-8")))
