"""What a template includes or extends is there; Django asks only when it is drawn."""

from pathlib import Path
from typing import Any

import pytest
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode

TEMPLATES = Path(__file__).parents[2] / "templates"
EVERY = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())


def named_in(template: Any) -> list[str]:
    """The names that stand there as they are; those that a variable holds are drawn elsewhere."""
    nodes: list[Any] = template.nodelist.get_nodes_by_type((ExtendsNode, IncludeNode))
    said: list[Any] = [
        one.parent_name if isinstance(one, ExtendsNode) else one.template for one in nodes
    ]
    return [one.var for one in said if isinstance(one.var, str)]


@pytest.mark.parametrize("name", EVERY)
def test_a_template_names_only_templates_that_are_there(name):
    engines: Any = get_template(name)
    for named in named_in(engines.template):
        get_template(named)
