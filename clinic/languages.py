"""Which languages the site speaks: English, and those whose compiled catalog is there."""

from pathlib import Path

from django.conf.locale import LANG_INFO


def compiled_in(folder: Path) -> list[tuple[str, str]]:
    """(code, its own name for itself), such as ("de", "Deutsch")."""
    found = sorted(Path(folder).glob("*/LC_MESSAGES/django.mo"))
    codes = [path.parents[1].name.lower().replace("_", "-") for path in found]
    return [(code, _own_name(code)) for code in codes]


def _own_name(code: str) -> str:
    """That of the whole language, where Django knows no variant of it."""
    return LANG_INFO.get(code, LANG_INFO[code.partition("-")[0]])["name_local"]
