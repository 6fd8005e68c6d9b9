"""The chart of the README says what was measured."""

from xml.etree import ElementTree

from tests.benchmarks.chart import drawn

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = [
    {"what": "next free day: 5 < 6", "taper": 10.5, "peer": 1050.0, "unit": "ms", "how": ""},
    {"what": "overlapping rows", "taper": 0, "peer": 49, "unit": "rows", "how": ""},
]


def picture() -> ElementTree.Element:
    return ElementTree.fromstring(drawn(FIGURES))  # noqa: S314 - our own


def widths(kind: str) -> list[int]:
    bars = picture().iter(f"{SVG}rect")
    return [int(bar.attrib["width"]) for bar in bars if bar.get("class") == kind]


def test_every_figure_is_written_beside_its_bar():
    texts = [text.text for text in picture().iter(f"{SVG}text")]
    assert texts == [
        "next free day: 5 < 6",
        "Taper 10.5 ms",
        "django-appointment 1,050.0 ms",
        "overlapping rows",
        "Taper 0 rows",
        "django-appointment 49 rows",
    ]


def test_bars_are_as_long_as_their_figures_are_large_and_nothing_is_no_bar():
    ours, theirs = widths("taper"), widths("peer")
    assert abs(ours[0] - theirs[0] / 100) <= 1
    assert ours[1] == 0
    assert theirs[1] == theirs[0]


def test_no_text_runs_out_of_the_picture():
    root = picture()
    wide = int(root.attrib["width"])
    assert all(
        float(text.attrib["x"]) + 8 * len(text.text or "") <= wide
        for text in root.iter(f"{SVG}text")
    )
