"""Who treats and has a login has one name, on whichever page it was changed last."""

from django.utils.translation import gettext_lazy

from bookings.models import Therapist, User

LONGEST_INITIALS = 4
TREATS_ALREADY = gettext_lazy(
    "Somebody of this name treats here already: add what tells the two apart."
)


def initials_of(name: str) -> str:
    return "".join(word[0] for word in name.split())[:LONGEST_INITIALS].upper()


def is_taken(name: str, *, but: User | None = None) -> bool:
    """By somebody else who treats, in whatever letters: nobody could tell the two apart."""
    others = Therapist.objects.filter(name__iexact=" ".join(name.split()))
    return (others.exclude(user=but) if but else others).exists()


def as_the_login(login: User) -> None:
    """In the diary too. Initials that somebody has typed stay."""
    therapist = Therapist.objects.filter(user=login).first()
    if therapist is None or not login.name or therapist.name == login.name:
        return
    if therapist.initials == initials_of(therapist.name):
        therapist.initials = initials_of(login.name)
    therapist.name = login.name
    therapist.save(update_fields=["name", "initials"])


def as_the_diary(therapist: Therapist) -> None:
    """The login too, where there is one."""
    if therapist.user_id:
        User.objects.filter(pk=therapist.user_id).update(name=therapist.name)
