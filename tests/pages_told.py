"""What `response.context` of a test holds: the contexts of pages, not of every piece of them.

Django copies the whole context for each template that is included or extended as well, of which
a page has dozens; what a page was given stands in its own.
"""

from django.template import Context, Template
from django.test import utils
from django.test.signals import template_rendered


def _tell_of_pages(self: Template, context: Context) -> str:
    if context.template is self:
        template_rendered.send(sender=self, template=self, context=context)
    return self.nodelist.render(context)


def tell_of_pages_alone() -> None:
    vars(utils)["instrumented_test_render"] = _tell_of_pages
