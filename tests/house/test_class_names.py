"""A class name means one thing, so that whoever searches for it finds that one."""

import ast
from collections import defaultdict

from tests.house.test_floors import MODULES, parsed

OF_A_VALUE_AND_ITS_ROW = "the core's value, and the column or row that keeps it"
MEANT_TWICE = {  # may only get shorter
    "AddressField": "the column and its form field, as Django's own EmailField",
    "Command": "Django asks for it by that name",
    "Distance": OF_A_VALUE_AND_ITS_ROW,
    "Outcome": OF_A_VALUE_AND_ITS_ROW,
    "Priority": OF_A_VALUE_AND_ITS_ROW,
    "Race": OF_A_VALUE_AND_ITS_ROW,
    "Weekday": OF_A_VALUE_AND_ITS_ROW,
}


def test_no_two_modules_have_a_class_of_one_name():
    homes = defaultdict(set)
    for module in MODULES:
        for node in parsed(module).body:
            if isinstance(node, ast.ClassDef) and ".migrations." not in module:
                homes[node.name].add(module)
    twice = {name: found for name, found in homes.items() if len(found) > 1}
    assert set(twice) == set(MEANT_TWICE), {n: twice[n] for n in set(twice) - set(MEANT_TWICE)}
