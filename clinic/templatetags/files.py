"""Django's `{% static %}`, whose addresses are the same as long as a process lives (ADR 20)."""

from functools import cached_property

from django.template import Context, Library
from django.template.base import Parser, Token
from django.templatetags import static as djangos
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

register = Library()
register.tags.update(djangos.register.tags)


class StaticFile(djangos.StaticNode):
    @cached_property
    def address(self) -> SafeString:
        return conditional_escape(self.handle_simple(self.path.var))

    def render(self, context: Context) -> str:
        is_named = isinstance(self.path.var, str) and not self.path.filters
        if self.varname or not is_named or not context.autoescape:
            return super().render(context)
        return self.address


@register.tag
def static(parser: Parser, token: Token) -> StaticFile:
    node = djangos.do_static(parser, token)
    return StaticFile(node.varname, node.path)
