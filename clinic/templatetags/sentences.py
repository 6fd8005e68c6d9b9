"""Django's tags for sentences (`{% load i18n %}`), put together when a template is read.

Django puts each together anew when it is shown, and asks for a translation even where the site
speaks one language: with a hundred of them on a page, a twentieth of it (ADR 20).
"""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.template import Context, Library, Variable
from django.template.base import Parser, Token, render_value_in_context
from django.templatetags import i18n
from django.utils.safestring import SafeString

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Translate(i18n.TranslateNode):
    @cached_property
    def words(self) -> SafeString | None:
        """What stands there, if that is all there is to it."""
        asked = self.filter_expression
        is_plain = not (asked.filters or self.asvar or self.message_context)
        told = asked.var.literal if is_plain and isinstance(asked.var, Variable) else None
        return told if isinstance(told, SafeString) else None

    def render(self, context: Context) -> str:
        if settings.USE_I18N or self.words is None:
            return super().render(context)
        return self.words


class BlockTranslate(i18n.BlockTranslateNode):
    def render_token_list(self, tokens: list[Token]) -> tuple[str, list[str]]:
        """One list is asked for the sentence, and one for where there are several."""
        sentence, names = self._of_several if tokens is self.plural else self._of_one
        return sentence, [*names]

    @cached_property
    def _of_one(self) -> tuple[str, list[str]]:
        return super().render_token_list(self.singular)

    @cached_property
    def _of_several(self) -> tuple[str, list[str]]:
        return super().render_token_list(self.plural)

    def render(self, context: Context, nested: bool = False) -> str:
        if settings.USE_I18N or self.plural or self.message_context:
            return super().render(context, nested)
        sentence, names = self._of_one
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if not all(name in given or name in context for name in names):
            return super().render(context, nested)
        shown = sentence % {name: _shown(name, given, context) for name in names}
        if not self.asvar:
            return shown
        context[self.asvar] = SafeString(shown)
        return ""


def _shown(name: str, given: dict[str, Any], context: Context) -> str:
    return render_value_in_context(given[name] if name in given else context[name], context)


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Translate:
    node = i18n.do_translate(parser, token)
    return Translate(node.filter_expression, node.noop, node.asvar, node.message_context)


@register.tag("blocktranslate")
@register.tag("blocktrans")
def blocktranslate(parser: Parser, token: Token) -> BlockTranslate:
    return BlockTranslate(**vars(i18n.do_block_translate(parser, token)))
