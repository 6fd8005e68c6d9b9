"""What a page says on its console fails its test, unless the page means it."""

import pytest

from tests.browser.conftest import _note


class Said:
    def __init__(self, text: str, kind: str = "error"):
        self.text, self.type = text, kind


def complaints(*said: Said) -> list[str]:
    found: list[str] = []
    for one in said:
        _note(found, one)
    return found


GIVEN_UP = (
    Said("htmx:afterRequest, [object HTMLDivElement]"),
    Said("htmx:sendAbort, [object HTMLDivElement]"),
)


def test_a_question_that_typing_on_replaces_is_no_fault():
    assert complaints(*GIVEN_UP, Said("any", kind="log")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Failed to load resource: net::ERR_CONNECTION_REFUSED",
        "htmx:timeout, [object HTMLDivElement]",
        "htmx:responseError Response Status Error Code 500 from /diary/new/",
        "Failed to load resource: the server responded with a status of 500",
        "policy: script-src kept out inline",
    ],
)
def test_whatever_else_a_page_complains_of_is(text):
    assert complaints(Said(text)) == [text]
