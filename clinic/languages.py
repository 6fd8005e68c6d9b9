"""Which languages the site speaks: English, and those whose compiled catalog is there."""

from pathlib import Path

from django.conf.locale import LANG_INFO


def compiled_in(folder: Path) -> list[tuple[str, str]]:
    """(code, its own name for itself), such as ("de", "Deutsch")."""
    found = sorted(Path(folder).glob("*/LC_MESSAGES/django.mo"))
    codes = [path.parents[1].name.lower().replace("_", "-") for path in found]
    return [(code, LANG_INFO[code]["name_local"]) for code in codes]
