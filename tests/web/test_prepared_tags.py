"""Our tags for sentences, addresses and files write what Django's own write."""

import pytest
from django.template import Engine, RequestContext, engines
from django.test import RequestFactory
from django.utils.safestring import mark_safe

LOAD = "{% load i18n static %}"
ODD = (
    '{% translate "100% <b>sure</b>" %}',
    "{% translate said %}{% translate said|upper %}",
    '{% translate "Book" as word %}[{{ word }}]',
    '{% translate "May" context "month" %}{% translate "x" noop %}',
    "{% blocktranslate %}100% of {{ said }}, {{ safe }} {{ of_nobody }}{% endblocktranslate %}",
    "{% blocktranslate with a=said|upper b=safe asvar word %}{{ a }}\n {{ b }}"
    "{% endblocktranslate %}[{{ word }}]{{ a }}",
    "{% blocktranslate trimmed with said=safe %}\n {{ said }}\n % {{ number }}"
    "{% endblocktranslate %}",
    "{% blocktranslate count n=number %}one {{ said }}{% plural %}{{ n }} of {{ safe }}"
    "{% endblocktranslate %}",
    '{% blocktranslate context "month" %}May {{ said }}{% endblocktranslate %}',
    "{% autoescape off %}{% blocktranslate %}{{ said }}{% endblocktranslate %}"
    "{% static 'a&b.css' %}{% url 'runner:terms' %}{% endautoescape %}",
    "{% static 'a&b.css' %}{% static said %}{% static 'a.css' as file %}{{ file }}",
    "{% url 'runner:times' slug %}{% url where slug %}{% url 'runner:times' slug=slug %}",
    "{% url 'runner:legal_version' 'terms' number %}{% url 'runner:legal_version' slug text %}",
    "{% url 'runner:nowhere' as address %}[{{ address }}]{% url 'admin:index' %}",
)


@pytest.fixture(scope="module")
def djangos():
    names = ("i18n", "static")
    return Engine(libraries={name: f"django.templatetags.{name}" for name in names})


def rendered(engine, source, request):
    template = engine.from_string(LOAD + source)
    names = {"slug": "legs", "text": "4", "where": "runner:times", "number": 3}
    said = {"said": "Jo & <i>Bo</i> 5%", "safe": mark_safe("<b>Bo</b>")}
    context = RequestContext(request, names | said)
    return [template.render(context) for _ in range(2)]


@pytest.mark.parametrize("speaks_more", [False, True])
def test_a_prepared_tag_writes_what_djangos_writes(settings, djangos, speaks_more):
    settings.USE_I18N = speaks_more
    ours = Engine(
        libraries=engines["django"].engine.libraries,  # type: ignore[attr-defined]
        builtins=settings.TEMPLATES[0]["OPTIONS"]["builtins"],
    )
    request = RequestFactory().get("/")
    for source in ODD:
        assert rendered(ours, source, request) == rendered(djangos, source, request), source
