"""Django's `{% url %}`, which asks the site map for an address once in each process (ADR 20)."""

from functools import lru_cache

from django.template import Context, Library
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as djangos_url
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

KEPT = 1000  # addresses; those with somebody's token in them soon make room
PLAIN = (str, SafeString, int)  # of which what is equal is written alike

register = Library()


class Address(URLNode):
    def render(self, context: Context) -> str:
        asked = [self.view_name.resolve(context), *(one.resolve(context) for one in self.args)]
        if self.kwargs or self.asvar or any(type(one) not in PLAIN for one in asked):
            return super().render(context)
        match = getattr(getattr(context, "request", None), "resolver_match", None)
        where = get_urlconf(), get_script_prefix(), match and match.namespace
        return _written(where, *asked)


@lru_cache(maxsize=KEPT, typed=True)
def _written(where: tuple[str | None, str, str | None], name: str, *args: str | int) -> str:
    urlconf, _prefix, current_app = where
    return conditional_escape(reverse(name, urlconf, args=args, current_app=current_app))


@register.tag
def url(parser: Parser, token: Token) -> Address:
    node = djangos_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)
