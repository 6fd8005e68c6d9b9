"""`python -m tests.benchmarks.chart`: the README's chart, drawn from the last figures.

One row a figure, two bars in it, drawn to the row's longest; the figures are beside them.
"""

import json
from html import escape
from pathlib import Path

FIGURES = Path(__file__).parent / "peers.json"
CHART = Path(__file__).parents[2] / "docs/img/peers.svg"
WIDTH, LEFT, LONGEST, ROW = 760, 16, 480, 74
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.what { font-weight: 600 }
.taper { fill: #0f766e }
.peer { fill: #94a3b8 }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e9ee }
  .taper { fill: #2dd4bf }
  .peer { fill: #64748b }
}
"""


def drawn(figures: list[dict]) -> str:
    """An SVG of figures as peers.py notes them, legible on light and on dark."""
    height = ROW * len(figures) + 12
    rows = "".join(_row(one, 8 + ROW * number) for number, one in enumerate(figures))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="Taper and django-appointment, measured in one run">'
        f"<style>{STYLE}</style>{rows}</svg>\n"
    )


def _row(one: dict, top: int) -> str:
    longest = max(one["taper"], one["peer"]) or 1
    names = (("taper", "Taper"), ("peer", "django-appointment"))
    bars = "".join(
        _bar(kind, name, one[kind], longest, one["unit"], top + 26 + 19 * number)
        for number, (kind, name) in enumerate(names)
    )
    return f'<text class="what" x="{LEFT}" y="{top + 14}">{escape(one["what"])}</text>{bars}'


def _bar(kind: str, name: str, figure: float, longest: float, unit: str, top: int) -> str:
    width = max(2, round(LONGEST * figure / longest)) if figure else 0
    said = escape(f"{name} {figure:,} {unit}".strip())
    bar = f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{width}" height="13" rx="3"/>'
    return f'{bar}<text x="{LEFT + width + 8}" y="{top + 11}">{said}</text>'


if __name__ == "__main__":
    CHART.write_text(drawn(json.loads(FIGURES.read_text())))
