import pytest

from tests.cast import just_asked


@pytest.fixture
def office(owners):
    """The owner's browser."""
    return owners


@pytest.fixture
def send(office):
    """Presses the button of a page's form, with what is `typed` over what stands there.

    A list is what is ticked of several; None unticks, or leaves out.
    """

    def _send(url: str, page=None, **typed):
        sent = {**filled((page or office.get(url)).context["form"]), **typed}
        return office.post(url, {name: value for name, value in sent.items() if value is not None})

    return _send


def filled(form) -> dict:
    """As a browser sends it: what is not ticked is left out."""
    sent = {}
    for field in form:
        value = field.value()
        if value is None or value is False or value == []:
            continue
        if isinstance(value, list):
            value = [getattr(one, "pk", one) for one in value]
        sent[field.html_name] = "on" if value is True else value
    return sent


def say_who_it_is(office) -> None:
    """As its page asks; that page is tried in tests/clinic/accounts."""
    just_asked(office)
