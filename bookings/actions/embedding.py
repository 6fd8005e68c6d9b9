"""Which web sites may show the free times in a frame."""

from bookings.actions.diary_lock import changes_the_diary
from bookings.models import Clinic


@changes_the_diary
def allow(clinic: Clinic, origin: str) -> None:
    if origin not in clinic.framed_by:
        _keep([*clinic.framed_by, origin])


@changes_the_diary
def end(clinic: Clinic, origin: str) -> None:
    _keep([one for one in clinic.framed_by if one != origin])


def _keep(origins: list[str]) -> None:
    Clinic.objects.update(embed_origins="\n".join(origins))
