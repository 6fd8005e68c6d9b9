"""The office's first page: what the clinic still lacks, and where each of it is put right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import dates
from bookings.actions import logins
from bookings.models import (
    Clinic,
    Mail,
    MailServer,
    MailState,
    Room,
    SignInMail,
    Tally,
    Therapist,
    Treatment,
)
from bookings.office.watch.pages import say_what_the_second_way_does
from bookings.queries.clients.legal_gaps import LegalGaps, legal_gaps
from bookings.queries.mail import mail_status
from bookings.queries.office import offers
from bookings.queries.office.backups import NIGHTLY, last_made
from bookings.queries.training import protocol
from bookings.web.requests import StaffRequest

MOST_TESTS, TESTS_PER = 5, timedelta(minutes=10)
NAMED = 6  # in a line; the page behind its button has them all


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to have; `says` is how it stands, `url` where it is changed, `do` a button."""

    title: str
    done: bool
    says: str
    url: str
    do: str = ""


@require_safe
def checklist(request: StaffRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    treatments = list(offers.treatments().filter(active=True))
    therapists = list(offers.therapists(clinic.day_of(now)).filter(active=True))
    gaps = legal_gaps()
    needed = [
        _of_the_clinic(clinic),
        _of_rooms(Room.objects.filter(active=True)),
        *_of_therapists(therapists),
        *_of_treatments(treatments),
        _of_plans(treatments),
        _of_legal_texts(gaps),
        _of_mail(clinic),
        *_of_backups(clinic, now),
    ]
    context = {
        "needed": needed,
        "done": sum(step.done for step in needed),
        "next_step": next((step for step in needed if not step.done), None),
        "legal_gaps": gaps,
        "better": list(_of_what_runners_read(clinic, therapists, treatments)),
    }
    return render(request, "office/checklist.html", context)


def _of_the_clinic(clinic: Clinic) -> Step:
    return Step(
        title=_("The clinic’s name, address and phone"),
        done=bool(clinic.name and clinic.address.strip() and clinic.phone),
        says=", ".join([f"{clinic}", *clinic.address.splitlines(), clinic.phone]),
        url=reverse("office:clinic"),
    )


def _of_rooms(rooms: Iterable[Room]) -> Step:
    names = _names(rooms)
    return Step(
        title=_("Rooms"),
        done=bool(names),
        says=names or _("None is in use: without a room nothing can be booked."),
        url=reverse("office:rooms"),
    )


def _of_therapists(therapists: Sequence[Therapist]) -> Iterator[Step]:
    url = reverse("office:people")
    yield Step(
        title=_("Therapists"),
        done=bool(therapists),
        says=_names(therapists) or _("Nobody treats here yet."),
        url=url,
    )
    idle = [one for one in therapists if not one.has_hours]
    without = _names(idle)
    lacking = _("Without hours there are no free times. None yet: {names}.").format(names=without)
    yield Step(
        title=_("Working hours"),
        done=bool(therapists) and not without,
        says=lacking if without or not therapists else _("Everybody who treats has some."),
        url=reverse("office:hours", args=[idle[0].pk]) if idle else reverse("office:rota"),
    )


def _of_treatments(treatments: Sequence[Treatment]) -> Iterator[Step]:
    url = reverse("office:treatments")
    yield Step(
        title=_("Treatments and prices"),
        done=bool(treatments),
        says=_names(treatments) or _("There is nothing to book yet."),
        url=url,
    )
    by_nobody = _names(one for one in treatments if not one.is_offered)
    nowhere = _names(one for one in treatments if not one.has_a_room)
    yield Step(
        title=_("Who offers what, and where"),
        done=bool(treatments) and not by_nobody and not nowhere,
        says=" ".join(_of_offers(treatments, by_nobody, nowhere)),
        url=url,
    )


def _of_offers(treatments: Sequence[Treatment], by_nobody: str, nowhere: str) -> Iterator[str]:
    if by_nobody:
        sentence = _("Offered by nobody, so that no runner can book it: {names}.")
        yield sentence.format(names=by_nobody)
    if nowhere:
        yield _("Without a room that is in use: {names}.").format(names=nowhere)
    if not by_nobody and not nowhere:
        yield _("Each has somebody and a room.") if treatments else _("First the treatments.")


def _of_plans(treatments: Sequence[Treatment]) -> Step:
    """What the home page promises: a session for each kind that a plan asks for."""
    online = [one for one in treatments if one.online and one.is_offered and one.has_a_room]
    suited = {kind for one in online for kind in one.kinds}
    sessions = protocol.current().session_types.values()
    lacking = [one.name for one in sessions if one.kind not in suited]
    if not treatments:
        says = _("First the treatments.")
    elif not suited:
        says = _("Nothing fits a runner’s plan yet: on a treatment’s page, tick what it suits.")
    elif lacking:
        sentence = _("No treatment that runners can book online suits: {sessions}.")
        says = sentence.format(sessions=", ".join(lacking))
    else:
        says = _("Each session of a plan has a treatment.")
    return Step(
        title=_("Sessions of a runner’s plan"),
        done=not lacking,
        says=says,
        url=reverse("office:treatments"),
    )


def _of_legal_texts(gaps: LegalGaps | None) -> Step:
    url = reverse("office:texts")
    return Step(
        title=_("Terms and privacy notice"),
        done=gaps is None,
        says=gaps.in_words if gaps else _("Nothing is left to fill in."),
        url=f"{reverse('office:text', args=[gaps.first])}#gaps" if gaps else url,
    )


def _of_mail(clinic: Clinic) -> Step:
    troubles = mail_status.problems(clinic)
    # By when it went out, which has an index.
    sent = Mail.objects.filter(state=MailState.SENT, data_at__isnull=False).order_by("-data_at")
    last = sent.values_list("sent_at", flat=True).first()
    tested = MailServer.objects.values_list("tested_at", flat=True).first()
    if troubles:
        says = " ".join(troubles)
    elif last:
        sent_at = dates.day_year_and_time(last, clinic.tz)
        says = _("The last mail to a client went out on {sent_at}.").format(sent_at=sent_at)
    elif tested:
        sent_at = dates.day_year_and_time(tested, clinic.tz)
        says = _("The mail server took a test mail on {sent_at}.").format(sent_at=sent_at)
    elif SignInMail.objects.filter(is_a_test=True).exists():
        says = _("A test mail waits to go out. Look again in a minute.")
    else:
        says = _("None has gone out yet. Send yourself a test mail and see whether it arrives.")
    return Step(
        title=_("Mail that goes out"),
        done=bool(last or tested) and not troubles,
        says=says,
        url=reverse("office:mail_setup"),
        do=reverse("office:test_mail"),
    )


@require_POST
def test_mail(request: StaffRequest) -> HttpResponse:
    """To whoever asks for it; when the server takes it, the list says so."""
    now, user = timezone.now(), request.user
    back = "office:mail_setup" if request.POST.get("back") == "mail_setup" else "office:checklist"
    if Tally.objects.one_more(f"test-mail-{user.pk}", TESTS_PER) > MOST_TESTS:
        messages.error(request, _("That was tried too often. Please wait a few minutes."))
        return redirect(back)
    logins.tell(user, "test", now=now, is_a_test=True)
    sentence = _("A test mail is on its way to {address}. Look there, and here, in a minute.")
    messages.success(request, sentence.format(address=user.email))
    say_what_the_second_way_does(request)
    return redirect(back)


def _of_backups(clinic: Clinic, now: datetime) -> Iterator[Step]:
    """A demo needs none."""
    if settings.DEMO:
        return
    made = last_made()
    if made is None:
        says = _("There is none. Whoever looks after the machine runs manage.py backup each night.")
    else:
        made_at = dates.day_year_and_time(made, clinic.tz)
        says = _("The last one was made on {made_at}.").format(made_at=made_at)
    yield Step(
        title=_("A backup of last night"),
        done=made is not None and now - made <= NIGHTLY,
        says=says,
        url=reverse("office:watch"),
    )


def _of_what_runners_read(
    clinic: Clinic, therapists: Sequence[Therapist], treatments: Sequence[Treatment]
) -> Iterator[Step]:
    therapists_url = reverse("office:people")
    for title, rows, lacking, url in (
        (
            _("A sentence about each treatment"),
            treatments,
            [one for one in treatments if one.online and not one.description.strip()],
            reverse("office:treatments"),
        ),
        (
            _("A sentence about each therapist"),
            therapists,
            [one for one in therapists if not one.about.strip()],
            therapists_url,
        ),
        (
            _("A photo of each therapist"),
            therapists,
            [one for one in therapists if not one.portrait_digest],
            therapists_url,
        ),
    ):
        names = _names(lacking)
        says = _("Still without: {names}.").format(names=names) if names else _("All are there.")
        says = says if rows else _("There is nobody and nothing yet to say it of.")
        yield Step(title=title, done=bool(rows) and not names, says=says, url=url)
    yield _of_the_way(clinic)
    yield _of_looks(clinic)


def _of_the_way(clinic: Clinic) -> Step:
    found = bool(clinic.how_to_find_us.strip())
    return Step(
        title=_("How to find the clinic"),
        done=found,
        says=_("It stands in the confirmation and in first reminders.")
        if found
        else _("The door, the stop, where bicycles go: whoever comes first is told it by mail."),
        url=reverse("office:clinic"),
    )


def _of_looks(clinic: Clinic) -> Step:
    lacking = [
        words
        for words, there in (
            (_("a logo"), clinic.logo_digest),
            (_("a line above the home page’s question"), clinic.headline),
            (_("opening hours"), clinic.hours_text),
            (_("a place on a map"), clinic.map_url),
        )
        if not there
    ]
    says = _("Still without: {names}.").format(names=", ".join(lacking))
    return Step(
        title=_("How the clinic looks"),
        done=not lacking,
        says=says if lacking else _("All are there."),
        url=reverse("office:looks"),
    )


def _names(rows: Iterable[Room | Therapist | Treatment]) -> str:
    names = [f"{row}" for row in rows]
    rest = len(names) - NAMED
    listed = ", ".join(names[:NAMED])
    return _("{names} and {count} more").format(names=listed, count=rest) if rest > 0 else listed
