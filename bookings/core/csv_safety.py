"""Text in the cells of a spreadsheet."""

# Full width too, which some spreadsheets take for the same.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r")


def as_text(value: object) -> str:
    """What a spreadsheet would take for a formula is kept as text, by an apostrophe before it."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(FORMULA) else text
