"""What the clinic looks like: its logo, kept small."""

from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.pictures import digest_of, logo
from bookings.models import Clinic, Logo


def show_logo(data: bytes) -> None:
    """Another picture takes the place of the one there is. Raises NoPhoto."""
    small = logo(data)
    _keep(small.data, digest_of(small.data), size=(small.width, small.height))


@changes_the_diary
def _keep(clinic: Clinic, picture: bytes, digest: str, *, size: tuple[int, int]) -> None:
    width, height = size
    Logo.objects.update_or_create(clinic=clinic, defaults={"picture": picture, "digest": digest})
    Clinic.objects.update(logo_digest=digest, logo_width=width, logo_height=height)


@changes_the_diary
def take_the_logo_away(clinic: Clinic) -> None:
    Logo.objects.filter(clinic=clinic).delete()
    Clinic.objects.update(logo_digest="", logo_width=0, logo_height=0)
