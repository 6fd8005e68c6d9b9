"""Booking for somebody on the phone: who, what and when in one form, and Enter.

The lists of people and times are parts of the page that htmx brings as one types. Without it
the first Enter shows them and the second books.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from secrets import token_hex
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from bookings import dates
from bookings.actions.clients.details import NewClient
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import AgainstTheRules, Refused
from bookings.actions.scheduling import booking
from bookings.actions.scheduling.booking import BookingRequest
from bookings.actions.waiting_list.tending import end_what_was_got
from bookings.core.clients.addresses import perhaps_meant
from bookings.core.clients.search_text import Typed, person_in
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.when import LONGEST
from bookings.desk.scheduling import unsaved
from bookings.desk.scheduling.gaps import PressedGap
from bookings.desk.scheduling.phone_lists import (
    BETWEEN,
    MOST_OFTEN,
    People,
    Times,
    times_for,
    why_no_time,
)
from bookings.models import Appointment, Clinic, Therapist, Treatment
from bookings.queries.scheduling.phone_suggestions import last_treatments
from bookings.queries.scheduling.slots import Slot
from bookings.templatetags.undo import tag_of
from bookings.web.actor import who
from bookings.web.forms import AddressField, did_you_mean, whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from bookings.web.waiting_list.carried import address_for

LOOK_AGAIN = gettext_lazy("Here is what was found. Choose who and when, and press Enter again.")
PAGE = "desk/scheduling/call/phone_booking.html"
PARTS = {
    "people": "desk/scheduling/call/_phone_people.html",
    "times": "desk/scheduling/call/_phone_times.html",
    "panel": "desk/scheduling/call/_gap.html",
}
LONGEST_WHO = 200


class CallForm(forms.Form):
    """What is typed; who and when are then chosen from what is found for it."""

    who = forms.CharField(
        label=gettext_lazy("Client"),
        required=False,
        max_length=LONGEST_WHO,
        error_messages={
            "max_length": gettext_lazy(
                "That is too long: a name, a phone number and an e-mail have at most 200 "
                "characters together."
            )
        },
    )
    treatment = forms.ModelChoiceField(Treatment.objects.filter(active=True), empty_label=None)
    when = forms.CharField(label=gettext_lazy("When"), required=False, max_length=LONGEST)
    therapist = forms.ModelChoiceField(
        Therapist.objects.active(), required=False, empty_label=gettext_lazy("Any therapist")
    )
    tell = forms.ChoiceField(
        label=gettext_lazy("Tell the client?"),
        choices=[
            ("yes", gettext_lazy("Yes, by mail in three minutes")),
            ("no", gettext_lazy("No")),
        ],
        initial="yes",
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("A line of yours in that mail (optional)"),
        required=False,
        max_length=300,
    )
    key = forms.RegexField(r"^[0-9a-f]{32}$", required=False)

    def notify(self) -> Notify:
        data = self.cleaned_data
        return Notify.from_the_desk(data["note"]) if data["tell"] == "yes" else Notify.NONE


@page_methods
def new(request: StaffRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    data = _typed(request)
    gap = PressedGap.of(data, clinic, now)
    form = CallForm(_with_defaults(data, gap))
    call = _Call(request, form, data, clinic, now, gap)
    if request.method == "POST":
        return call.page() if "more" in data else call.book()
    part = _part_asked_for(request)
    if part == PARTS["panel"] and gap is None:
        return HttpResponseClientRedirect(reverse("diary:new"))
    return call.part(part) if part else call.page()


@dataclass
class _Call:
    """What is typed in one request, and what is found for it."""

    request: StaffRequest
    form: CallForm
    data: Any
    clinic: Clinic
    now: datetime
    gap: PressedGap | None

    def __post_init__(self) -> None:
        self.form.is_valid()

    @cached_property
    def people(self) -> People:
        return People.of(self.form.cleaned_data.get("who", ""), self.data.get("client", ""))

    @cached_property
    def times(self) -> Times:
        typed = self.form.cleaned_data
        if typed.get("treatment") is None:
            return Times()
        wish = typed["treatment"], typed.get("therapist"), typed.get("when", "")
        times = times_for(
            *wish, client=self.people.client, clinic=self.clinic, now=self.now, later=self.later
        )
        times.choose(self.data.get("start", ""))
        return times

    @property
    def today(self) -> date:
        return self.clinic.day_of(self.now)

    @property
    def later(self) -> int:
        """How often more times were asked for."""
        asked = self.data.get("more") or self.data.get("later")
        return min(whole_number(asked) or 0, MOST_OFTEN)

    @property
    def is_beside_the_day(self) -> bool:
        return self.gap is not None and _part_asked_for(self.request) == PARTS["panel"]

    def page(self, *, status: int = 200, said: str = "", **more: Any) -> HttpResponse:
        """What is wrong is said where it was typed: beside the day, or on a page of its own."""
        context = {**self._context(), "said": said, "focus": self._first_wrong(said), **more}
        page = PARTS["panel"] if self.is_beside_the_day else PAGE
        response = render(self.request, page, context, status=status)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def part(self, template: str) -> HttpResponse:
        response = render(self.request, template, self._context())
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        if template == PARTS["people"]:
            trigger_client_event(response, "people-shown", after="swap")
        return response

    def _context(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "people": self.people,
            "times": self.times,
            "today": self.today,
            "new_key": token_hex(16),
            "shown_for": self._shown_for(),
            "gap": self.gap,
            "times_at": reverse("diary:new"),
            "waits_at": self._waits_at(),
            "later": self.later,
            "door_pass": unsaved.door_pass(self.request.user),
            "still_later": self.later + 1 if self.later < MOST_OFTEN else None,
        }

    def _first_wrong(self, said: str) -> str:
        """The field to go on with: the first while nothing is said, else what it is said of."""
        if not said or (self.form.is_valid() and not self._knows_who()):
            return "who"
        wrong = (field.name for field in self.form if field.errors and field.name != "key")
        return next(wrong, "when")

    def _knows_who(self) -> bool:
        seen = self.data.get("who_shown") == self._shown_for()["who"]
        return seen and self.people.chosen is not None and not self._wrong_address()

    def _wrong_address(self) -> str:
        may_be_new = self.people.is_new or not self.people.found.clients
        return _no_address(self.people.new) if may_be_new else ""

    def _waits_at(self) -> str:
        """Where they are put on the waiting list, for what the list can offer."""
        chosen, wish = self.form.cleaned_data, self.times.wish
        treatment = chosen.get("treatment")
        if wish is None or self.times.fits or not (treatment and treatment.online):
            return ""
        therapist = self.times.named or chosen.get("therapist")
        return address_for(self.people.to_write_down, treatment, therapist, wish)

    def _shown_for(self) -> dict[str, str]:
        """What the lists were made for; a list for something else is not what the desk chose."""
        names = ("treatment", "therapist", "when")
        return {
            "who": self.form["who"].value() or "",
            "when": BETWEEN.join(str(self.form[name].value() or "") for name in names),
        }

    def book(self) -> HttpResponse:
        if not self.form.is_valid():
            return self.page(status=422, said=_("Please correct what is marked."))
        chosen = self.form.cleaned_data
        if chosen["key"] and (before := _booked_by(chosen["key"])):
            return self._done(before)  # The same form sent twice.
        if problem := self._what_is_missing():
            return self.page(status=422, said=problem)
        email = self.people.new.email if self.people.is_new else ""
        if (meant := perhaps_meant(email)) and self.data.get("sure") != email:
            said = did_you_mean(meant, email)
            return self.page(status=422, said=said, meant=meant, sure=email, focus="who")
        try:
            [booked] = booking.book(self._request(), now=self.now)
        except Refused as refusal:
            ours = isinstance(refusal, AgainstTheRules)
            return self.page(status=409, said=str(refusal), ours=ours, refused=refusal)
        end_what_was_got(client=booked.whose, now=self.now)
        return self._done(booked)

    def _done(self, booked: Appointment) -> HttpResponse:
        if not booked.whose.email:
            mail = _("There is no address to send a mail to.")
        elif booked.not_told:
            mail = _("No mail goes.")
        else:
            mail = _("The mail goes in three minutes.")
        sentence = _("{client} is booked: {treatment}, {time} with {therapist}, {room}.")
        said = sentence.format(
            client=booked.client,
            treatment=booked.treatment,
            time=dates.day_year_and_time(booked.starts_at, self.clinic.tz),
            therapist=booked.therapist,
            room=booked.room,
        )
        tag = tag_of(booked, by=who(self.request))
        messages.success(self.request, f"{said} {mail}", extra_tags=tag)
        day = reverse("diary:day", args=[self.clinic.day_of(booked.starts_at)])
        if self.is_beside_the_day and self.request.htmx.current_url_abs_path == day:
            return redirect("diary:appointment", booked.pk)  # in the place of the form
        there = f"{day}#visit-{booked.pk}"
        return HttpResponseClientRedirect(there) if self.is_beside_the_day else redirect(there)

    def _what_is_missing(self) -> str:
        """In a sentence; also when the lists were shown for something else than is typed now."""
        people, shown = self.people, self._shown_for()
        if wrong := self._wrong_address():
            return _("{address} is no e-mail address.").format(address=wrong)
        if people.chosen is None:
            return _why_nobody(people)
        if self.times.unclear:
            return self.times.unclear
        seen = self.data.get("who_shown") == shown["who"]
        if not seen or self.data.get("when_shown") != shown["when"]:
            return str(LOOK_AGAIN)
        return "" if self.times.chosen else why_no_time(self.data.get("start"))

    def _request(self) -> BookingRequest:
        data = self.form.cleaned_data
        slot = Slot(
            treatment=data["treatment"],
            start=self.times.start,
            therapist=self.times.instead or data["therapist"],
        )
        return BookingRequest(
            slots=[slot],
            client=self.people.client or self._new_client(),
            key=data["key"] or token_hex(16),
            rules=Rules.OVERRIDDEN if self._knowingly() else Rules.DESK,
            notify=self.form.notify(),
            by=who(self.request),
        )

    def _new_client(self) -> NewClient:
        new = self.people.new
        return NewClient(name=new.name, email=new.email, phone=new.phone[:40])

    def _knowingly(self) -> bool:
        """By the second button, or because the rule stood beside the time."""
        return self.data.get("knowingly") == "on" or any(
            time.value == self.times.chosen and time.broken for time in self.times.lines
        )


def _why_nobody(people: People) -> str:
    if people.found.clients:
        return _("Please choose who it is: the arrow keys go through the people found.")
    if not people.typed.strip():
        return _("Who is it? Type part of the name, the phone number or the e-mail.")
    return people.lacks


def _booked_by(key: str) -> Appointment | None:
    return Appointment.objects.with_everything().filter(booking_key=key).first()


def _no_address(new: Typed) -> str:
    """What was meant for an address and is none; it must not become part of a name."""
    meant = [new.email, *(word for word in new.name.split() if "@" in word)]
    return next((word for word in meant if word and not _is_an_address(word)), "")


def _is_an_address(text: str) -> bool:
    try:
        AddressField().clean(text)
    except ValidationError:
        return False
    return True


def _typed(request: StaffRequest) -> QueryDict:
    if request.method == "POST":
        return _with_proposal(request.POST)
    left = None if request.htmx else unsaved.taken(request, request.path)
    if left is None:
        return request.GET
    messages.info(request, unsaved.STANDS_HERE)
    return left


def _with_proposal(data: QueryDict) -> QueryDict:
    """The address that was proposed, if that was pressed, in the place of the one it goes with."""
    data, meant = data.copy(), data.get("meant")
    who = str(data.get("who", ""))
    typed = person_in(who).email
    if meant and meant == perhaps_meant(typed):
        data["who"] = who.replace(typed, meant)
        data["client"] = ""  # it may be that of somebody known
    return data


def _with_defaults(data: Any, gap: PressedGap | None) -> Any:
    """The client's last treatment or the first there is (or that fits), and telling them."""
    data = data.copy()
    if not data.get("treatment"):
        offered = [one.pk for one in gap.treatments] if gap else []
        offered = offered or list(
            Treatment.objects.filter(active=True).values_list("pk", flat=True)
        )
        last = _last_treatment(data.get("client", ""))
        data["treatment"] = last if last in offered else next(iter(offered), None)
    data.setdefault("tell", "yes")
    if gap and gap.when:
        data["when"] = gap.when
    return data


def _last_treatment(client: str) -> int | None:
    pk = whole_number(client)
    return None if pk is None else last_treatments([pk]).get(pk)


def _part_asked_for(request: StaffRequest) -> str | None:
    return PARTS.get(request.htmx.target or "") if request.htmx else None
