"""The templates of mails, read once for each language, with what they say in every mail.

A template is prepared from itself and the catalog alone, before any letter is known, so nothing of
a person can be in it. What is written is what Django's own tags write (a test compares them).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.template import Context, Engine, Library, Node, Template
from django.template.base import (
    FilterExpression,
    NodeList,
    Parser,
    TextNode,
    Token,
    render_value_in_context,
)
from django.template.loader_tags import do_include
from django.templatetags import i18n
from django.utils.translation import get_language, gettext

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


def rendered(name: str, values: dict[str, Any]) -> str:
    """In the language of now. Whoever develops sees a changed template at once."""
    usual = Engine.get_default()
    engine = usual if settings.DEBUG else _prepared(usual, get_language())
    return engine.get_template(name).render(Context(values))


@lru_cache(maxsize=16)
def _prepared(usual: Engine, _language: str | None) -> Engine:
    """Reads each template when it is first asked for, and so in that language."""
    return Engine(
        dirs=usual.dirs,
        app_dirs=usual.app_dirs,
        libraries={**usual.libraries, "i18n": __name__},
        builtins=[*usual.builtins, __name__],
    )


@register.tag("trans")
@register.tag("translate")
def _translate(parser: Parser, token: Token) -> Node:
    node = i18n.do_translate(parser, token)
    said = node.filter_expression
    is_fixed = said.var.lookups is None and not (said.filters or node.asvar or node.message_context)
    return TextNode(node.render(Context())) if is_fixed else node


@register.tag("blocktrans")
@register.tag("blocktranslate")
def _blocktranslate(parser: Parser, token: Token) -> Node:
    node = i18n.do_block_translate(parser, token)
    if node.plural or node.asvar or node.message_context:
        return node
    source, names = node.render_token_list(node.singular)
    return Translated(_that_can_be_filled(source, names), names, node.extra_context)


def _that_can_be_filled(source: str, names: list[str]) -> str:
    """As translated, unless the translator has spoilt what stands in it for a name."""
    sentence = gettext(source)
    try:
        sentence % dict.fromkeys(names, "")
    except (KeyError, ValueError):
        return source
    return sentence


@register.tag("include")
def _include(parser: Parser, token: Token) -> Node:
    node = do_include(parser, token)
    name = node.template.var
    is_fixed = isinstance(name, str) and not node.template.filters and not node.isolated_context
    return Included(name, node.extra_context) if is_fixed else node


class Translated(Node):
    child_nodelists = ()

    def __init__(
        self, sentence: str, names: list[str], expressions: Mapping[str, FilterExpression]
    ):
        self.sentence, self.names, self.expressions = sentence, names, expressions

    def render(self, context: Context) -> Any:
        return self.sentence % {name: self._value(name, context) for name in self.names}

    def _value(self, name: str, context: Context) -> str:
        given = self.expressions.get(name)
        value = given.resolve(context) if given else context.get(name, "")
        return render_value_in_context(value, context)


class Included(Node):
    """A template that always is the same one; it is looked for once."""

    child_nodelists = ()

    def __init__(self, name: str, expressions: Mapping[str, FilterExpression]):
        self.name, self.expressions = name, expressions
        self.inside: NodeList | None = None

    def render(self, context: Context) -> Any:
        if self.inside is None:
            engine = cast(Template, context.template).engine
            self.inside = engine.get_template(self.name).nodelist
        if not self.expressions:
            return self.inside.render(context)  # the templates of mails set nothing that would stay
        values = {name: value.resolve(context) for name, value in self.expressions.items()}
        with context.push(**values):
            return self.inside.render(context)
