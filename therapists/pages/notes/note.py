"""The note of a visit: written by whoever treats, read by whom its privacy lets."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.actions.refusals import Refused
from bookings.actions.scheduling import attendance
from bookings.core.intervals import day_bounds
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.core.training.protocol.vocabulary import PRESSURES, Pressure
from bookings.models import Appointment, Clinic, Therapist
from bookings.queries.training import protocol
from bookings.queries.training.phases import phase_at
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from therapists.actions import health_checks, notes
from therapists.core.body_map import figures
from therapists.core.content import Content
from therapists.core.contraindications import Firmest, firmest
from therapists.core.prompts import prompts_for
from therapists.health_audit import Reader
from therapists.models import Decision, Letter, Note, NoteTemplate, NoteVersion, Photo, Privacy
from therapists.pages.draft_recovery import STANDS_HERE, door_pass, taken
from therapists.pages.forms import DecisionForm, NoteForm
from therapists.pages.no_store import careful, of_a_therapist
from therapists.pages.notes import photos
from therapists.pages.reader import reader_of
from therapists.pages.scheduling.checkout import page_of
from therapists.queries.alerts import Alert, alerts_of, record_alerts
from therapists.queries.care_access import therapist_of, treats
from therapists.queries.client_summary import Known, known_of

SIGN, SAVE, SAME, DONE = "sign", "save", "same", "done"  # DONE signs too
AMEND, TEMPLATE = "amend", "template-"
WINDOW = re.compile(r"[0-9a-f]{16}")  # as its page has been named
Versions = list[tuple[NoteVersion, Content]]
COMPARE = gettext_lazy(
    "Another window has saved this note since. What stands there is shown first; if you save or "
    "sign now, what you wrote replaces it."
)
NO_TECHNIQUE = gettext_lazy(
    "No massage, and yet the note names a technique. Please take it out, or decide otherwise."
)


@dataclass
class NoteSession:
    """A therapist in front of one visit's note."""

    visit: Appointment
    therapist: Therapist
    reader: Reader
    clinic: Clinic
    now: datetime

    def __post_init__(self) -> None:
        self.note = notes.of_visit(self.visit, self.therapist)
        self.phase = phase_at(self.visit, self.clinic)
        self.rules = protocol.current().phases[self.phase.phase]

    @property
    def writes(self) -> bool:
        """Whoever has the visit in their diary, and whoever has begun a note of it."""
        return bool(self.note) or self.visit.therapist_id == self.therapist.pk

    @property
    def can_be_done(self) -> bool:
        """Whether one press may sign the note and say that the visit is over."""
        has_begun = self.visit.status == Status.BOOKED and self.visit.starts_at <= self.now
        is_theirs = self.visit.therapist_id == self.therapist.pk
        return is_theirs and (has_begun or self.visit.status == Status.ARRIVED)

    @property
    def is_signed(self) -> bool:
        return self.note is not None and self.note.versions.exists()

    @property
    def revision(self) -> int:
        return self.note.revision if self.note else 0

    @cached_property
    def known(self) -> Known:
        """What the brief knows of the client as well."""
        client, day = self.visit.whose, self.clinic.day_of(self.visit.starts_at)
        return known_of(
            [client.pk],
            before=day_bounds(day, 1, self.clinic.tz).start,
            therapist=self.therapist,
            reader=self.reader,
            now=self.now,
        )[client.pk]

    @property
    def firmest(self) -> Firmest:
        on_hold = self.visit.whose.health_hold
        said = (one.given for one in self.known.said(on_hold=on_hold))
        return firmest(self.phase.ceiling, said, on_hold=on_hold)

    @property
    def alerts(self) -> list[Alert]:
        client, day = self.visit.whose, self.clinic.day_of(self.visit.starts_at)
        known = alerts_of(self.known, on_hold=client.health_hold)
        return [*record_alerts(client, day), *known]

    @property
    def hold_because(self) -> list[str]:
        return self.known.serious(on_hold=self.visit.whose.health_hold)

    def last(self) -> Content | None:
        """The last note of the client that this therapist may read."""
        return self.known.notes[0].content if self.known.notes else None

    @property
    def photos(self) -> Iterable[Photo]:
        return Photo.objects.filter(note=self.note) if self.note else ()

    @cached_property
    def templates(self) -> list[NoteTemplate]:
        return list(NoteTemplate.objects.filter(therapist=self.therapist))

    def template(self, asked: str) -> NoteTemplate | None:
        """The one whose button was pressed."""
        return next((one for one in self.templates if asked == f"{TEMPLATE}{one.pk}"), None)

    def draft(self) -> Content | None:
        return notes.draft_of(self.note, reader=self.reader, now=self.now) if self.note else None

    def versions(self) -> Versions:
        """What this therapist has signed."""
        return self._signed([self.note] if self.note else [])

    def of_others(self) -> Versions:
        """What colleagues have signed of this visit, as far as it may be read."""
        readable = Note.objects.readable_by(self.therapist).filter(appointment=self.visit)
        return self._signed(readable.exclude(author=self.therapist))

    def _signed(self, of: Iterable[Note]) -> Versions:
        return notes.versions_of(of, reader=self.reader, now=self.now)

    def form(self, content: Content | None = None, *, data: Any = None) -> NoteForm:
        """Preset for the phase, and no firmer than it may be, where nothing is written yet."""
        begun = content or Content(pressure="" if data else self._preset_pressure())
        privacy = self.note.privacy if self.note else Privacy.THERAPISTS
        initial = {**asdict(begun), "marks": begun.marks}
        initial |= {"privacy": privacy, "revision": self.revision}
        return NoteForm(
            data=data,
            initial=initial,
            techniques=_offered(self.rules.techniques, begun.techniques, data),
            prompts=prompts_for(self.rules.phase),
        )

    def is_as_shown(self, data: QueryDict) -> bool:
        """Whether nothing has been typed into the form since it was shown."""
        begun = self.draft() or Content(pressure=self._preset_pressure())
        form = self.form(begun, data=data)
        return not form.has_changed() and {*form.marks.values()} == {*begun.marks}

    def _preset_pressure(self) -> str:
        return min(self.rules.pressure, self.firmest.pressure).key

    def typed(self, form: NoteForm) -> notes.Draft:
        """What is saved or signed of a filled-in form."""
        return notes.Draft(
            content=form.content(),
            privacy=Privacy(form.cleaned_data["privacy"]),
            revision=form.cleaned_data["revision"],
            author=self.therapist,
            window=named if WINDOW.fullmatch(named := form.data.get("window", "")) else "",
        )

    def save(self, draft: notes.Draft) -> Note:
        return notes.save_draft(self.visit, draft, reader=self.reader, now=self.now)


def _offered(of_the_phase: Iterable[str], chosen: Iterable[str], data: Any) -> list[str]:
    """The phase's techniques, and those of other phases that a note has already."""
    known = {one for rules in protocol.current().phases.values() for one in rules.techniques}
    typed = data.getlist("techniques") if data else []
    return list(dict.fromkeys([*of_the_phase, *chosen, *(one for one in typed if one in known)]))


@page_methods
@careful
def note(request: StaffRequest, pk: int) -> HttpResponse:
    visit, typed = _visit(pk), taken(request)
    therapist = therapist_of(request.user)
    if therapist is None or not treats(therapist, visit.whose, now=timezone.now()):
        return _for_the_owner(request, visit)
    session = _desk(request, visit, therapist)
    if not session.writes:
        return _show(request, visit, session.of_others())
    if request.method == "POST":
        return _post(request, session)
    return _page(request, session, typed)


def _visit(pk: int) -> Appointment:
    return get_object_or_404(Appointment.objects.visits().of_the_living(), pk=pk)


def _desk(request: StaffRequest, visit: Appointment, therapist: Therapist) -> NoteSession:
    return NoteSession(visit, therapist, reader_of(request), Clinic.objects.the(), timezone.now())


def _page(request: StaffRequest, session: NoteSession, typed: QueryDict | None) -> HttpResponse:
    if typed:
        messages.warning(request, STANDS_HERE)
        return _edit(request, session, session.form(data=typed))
    draft, versions = session.draft(), session.versions()
    if versions and draft is None and AMEND not in request.GET:
        return _show(request, session.visit, versions, session.of_others(), note=session.note)
    signed = versions[-1][1] if versions else None
    return _edit(request, session, session.form(draft or signed))


def _edit(
    request: StaffRequest,
    session: NoteSession,
    form: NoteForm,
    *,
    stands: Content | None = None,
    decision: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form; with what another window has saved meanwhile, if it has."""
    last = session.last()
    if session.visit.awaits_decision and decision is None:
        typed = {name: form.data.get(name, "") for name in DecisionForm.base_fields}
        decision = DecisionForm(initial=typed, label_suffix="")
    context = {
        "session": session,
        "form": form,
        "last": last,
        "figures": figures(form.marks, last.marks if last else ()),
        "is_amendment": session.is_signed,
        "stands": stands,
        "decision": decision,
        "door_pass": door_pass(request.user, request.path),
        "window": token_hex(8),
    }
    return render(request, "therapists/notes/note.html", context, status=status)


def _post(request: StaffRequest, session: NoteSession) -> HttpResponse:
    asked = request.POST.get("do", SAVE)
    if not photos.is_about_one(asked):
        return _kept(request, session, asked)
    photos.carry_out(request, asked, session.visit, session.therapist)
    if session.is_signed or session.is_as_shown(request.POST):
        return redirect("therapists:note", session.visit.pk)
    return _kept(request, session, SAVE)


def _kept(request: StaffRequest, session: NoteSession, asked: str) -> HttpResponse:
    form = session.form(data=request.POST)
    if not form.is_valid():
        return _edit(request, session, form, status=422)
    asks = asked in (SIGN, DONE) and session.visit.awaits_decision
    decision = DecisionForm(request.POST, label_suffix="") if asks else None
    if decision and not _fits(decision, form):
        return _edit(request, session, form, decision=decision, status=422)
    try:
        if asked in (SIGN, DONE):
            _sign(session, form, decision)
            sentence = _("The note about {client} is signed.")
            messages.success(request, sentence.format(client=session.visit.whose))
            is_done = asked == DONE and not _is_against(decision)
            return _back_to_the_day(request, session, is_done=is_done)
        draft = session.typed(form)
        if asked == SAME and (last := session.last()):
            draft = replace(draft, content=_same_as(last, draft.content, session.firmest))
        elif template := session.template(asked):
            draft = replace(draft, content=_with(template, draft.content))
        session.save(draft)
    except notes.Overtaken:
        return _compare(request, session)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _edit(request, session, form, decision=decision, status=409)
    messages.success(request, _("Saved as a draft."))
    return redirect("therapists:note", session.visit.pk)


@transaction.atomic
def _sign(session: NoteSession, form: NoteForm, decision: DecisionForm | None) -> None:
    """With what is decided about a client on hold, or neither of the two."""
    if decision:
        decided, why = Decision(decision.cleaned_data["decision"]), decision.cleaned_data["reason"]
        health_checks.decide(session.visit, decided, why, reader=session.reader, now=session.now)
    draft = session.typed(form)
    if _is_against(decision):  # the button of a pressure cannot be pressed back
        draft = replace(draft, content=replace(draft.content, pressure=""))
    has_decided = decision is not None
    notes.sign(session.visit, draft, decided=has_decided, reader=session.reader, now=session.now)


def _fits(decision: DecisionForm, form: NoteForm) -> bool:
    """Whether it is complete, and the note says of no massage what can only be done in one."""
    if decision.is_valid() and _is_against(decision) and form.content().techniques:
        decision.add_error("decision", NO_TECHNIQUE)
    return decision.is_valid()


def _is_against(decision: DecisionForm | None) -> bool:
    return decision is not None and decision.cleaned_data.get("decision") == Decision.NOT_TODAY


def _compare(request: StaffRequest, old: NoteSession) -> HttpResponse:
    """What stands there beside what was typed, which the next press puts in its place."""
    session = _desk(request, old.visit, old.therapist)
    typed = request.POST.copy()
    typed["revision"] = str(session.revision)
    signed = [content for _version, content in session.versions()]
    messages.error(request, COMPARE)
    stands = session.draft() or (signed[-1] if signed else None)
    return _edit(request, session, session.form(data=typed), stands=stands, status=409)


def _same_as(last: Content, typed: Content, most: Firmest) -> Content:
    """The last note, wherever nothing has been written yet; but nothing firmer than may be."""
    merged = {name: value or getattr(last, name) for name, value in vars(typed).items()}
    if most.pressure == Pressure.NONE:
        merged["techniques"] = typed.techniques
    if last.pressure in PRESSURES and PRESSURES[last.pressure] > most.pressure:
        merged["pressure"] = typed.pressure
    return Content(**{**merged, "amendment": typed.amendment})


def _with(template: NoteTemplate, typed: Content) -> Content:
    """The template's words, wherever nothing has been written yet."""
    words = {part: getattr(typed, part) or getattr(template, part) for part in NoteTemplate.PARTS}
    return replace(typed, **words)


@require_POST
@of_a_therapist
def draft(request: StaffRequest, therapist: Therapist, pk: int) -> HttpResponse:
    """Saves what has been typed so far; the page goes on."""
    session = _desk(request, _visit(pk), therapist)
    if not treats(therapist, session.visit.whose, now=session.now) or not session.writes:
        raise PermissionDenied
    form = session.form(data=request.POST)
    if not form.is_valid():
        return JsonResponse({"why": _("Something is too long to be saved.")}, status=422)
    try:
        saved = session.save(session.typed(form))
    except Refused as refusal:
        return JsonResponse({"why": str(refusal)}, status=409)
    return JsonResponse({"revision": saved.revision})


def _back_to_the_day(request: StaffRequest, session: NoteSession, *, is_done: bool) -> HttpResponse:
    """With what is left to do about the visit; a mark that is refused leaves the note signed."""
    visit, day = session.visit, session.clinic.day_of(session.visit.starts_at)
    if not is_done:
        return redirect("therapists:day", day)
    try:
        attendance.mark(visit, Status.COMPLETED, by=who(request), now=session.now)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(page_of(day, visit))


def _for_the_owner(request: StaffRequest, visit: Appointment) -> HttpResponse:
    """An owner who treats nobody reads what its author has opened to the owner."""
    if request.user.role != Role.OWNER or request.method == "POST":
        raise PermissionDenied
    opened = Note.objects.readable_by(None).filter(appointment=visit)
    reader = reader_of(request)
    return _show(request, visit, notes.versions_of(opened, reader=reader, now=timezone.now()))


def _show(
    request: StaffRequest, visit: Appointment, *signed: Versions, note: Note | None = None
) -> HttpResponse:
    """To read: each note from its last version back. `note` is the reader's own to amend."""
    versions = [one for of_one in signed for one in reversed(of_one)]
    if not versions or request.method == "POST":
        raise PermissionDenied
    shown = {version.note_id for version, _said in versions}
    context = {
        "visit": visit,
        "versions": versions,
        "note": note,
        "letters": Letter.objects.filter(note__in=shown),
        "photos": Photo.objects.filter(note__in=shown),
    }
    return render(request, "therapists/notes/note_read.html", context)
