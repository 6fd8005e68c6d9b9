"""Changing or losing a race: first what shifts, and only then, if the runner agrees, the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.actions.refusals import RaceRefused, Refused
from bookings.actions.scheduling import replanning
from bookings.actions.scheduling.replanning import VisitAnswer
from bookings.actions.training import races
from bookings.core import training
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Race
from bookings.models.training.brought import FIELDS
from bookings.queries.scheduling import cutoffs
from bookings.queries.scheduling.diary import Opening
from bookings.queries.scheduling.slots import Slot
from bookings.queries.training.plans import openings_for, plan_of
from bookings.web.days import day_in
from bookings.web.responses import page_methods, status_of
from bookings.web.scheduling.slot_values import as_text, read_slots
from bookings.web.training.plan_store import PlanStore, race_on
from bookings.web.training.race_forms import ChangeRaceForm
from bookings.web.visitor import visitor

WITHDRAW, CONFIRM = "withdraw", "confirm"
KEEP, CANCEL = "keep", "cancel"


@dataclass(frozen=True)
class Question:
    """An appointment that no longer fits, and what can be done about it."""

    appointment: Appointment
    misfit: training.Misfit
    choices: Sequence[Slot]
    why_not_move: str | None
    why_not_cancel: str | None
    answer: str

    @property
    def name(self) -> str:
        return f"visit-{self.appointment.public_id}"

    @property
    def times(self) -> list[tuple[str, Slot]]:
        return [(as_text(choice), choice) for choice in self.choices]

    @property
    def selected(self) -> str:
        """What was said before, unless that time has gone meanwhile."""
        values = [value for value, _ in self.times]
        return self.answer if self.answer in (*values, CANCEL) else KEEP

    @property
    def is_last_word(self) -> bool:
        """Nothing can be done about it online."""
        return bool(not self.choices and self.why_not_cancel)


@dataclass(frozen=True)
class Proposed:
    """The race as it would be; without fields it is withdrawn."""

    race: Race
    fields: dict[str, Any] | None

    @property
    def changed(self) -> Race | None:
        return races.with_changes(self.race, self.fields) if self.fields else None


@page_methods
def race(request: HttpRequest, store: PlanStore, day: date) -> HttpResponse:
    found = race_on(store, day)
    if found is None and request.method == "POST":
        return redirect(store.url)  # Sent twice: the race has moved already.
    if found is None:
        raise Http404
    today = Clinic.objects.the().day_of(timezone.now())
    if request.method != "POST":
        initial = {name: getattr(found, name) for name in FIELDS}
        initial["race_date"] = day_in(request.GET.get("race_date", "")) or found.race_date
        return _ask(request, store, found, ChangeRaceForm(race=found, initial=initial, today=today))
    form = ChangeRaceForm(request.POST, race=found, today=today)
    if WITHDRAW in request.POST:
        return _propose(request, store, Proposed(found, None), form)
    if not form.is_valid():
        return _ask(request, store, found, form, status=422)
    return _propose(request, store, Proposed(found, form.changes), form)


def _ask(
    request: HttpRequest, store: PlanStore, found: Race, form: ChangeRaceForm, *, status: int = 200
) -> HttpResponse:
    context = {"store": store, "race": found, "form": form}
    return render(request, "web/training/race.html", context, status=status)


def _propose(
    request: HttpRequest, store: PlanStore, proposed: Proposed, form: ChangeRaceForm
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    try:
        change = _change(store, proposed, today=clinic.day_of(now))
    except RaceRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _ask(request, store, proposed.race, form, status=422)
    questions = questions_of(request, store, change, clinic, now)
    shifts = change.phase_shifts() or change.session_shifts() or questions
    if request.POST.get("do") == CONFIRM or not (shifts or proposed.fields is None):
        return _carry_out(request, store, proposed, form, change, questions=questions, now=now)
    return _preview(request, store, proposed, form, change, questions=questions)


def _change(store: PlanStore, proposed: Proposed, *, today: date) -> training.PlanChange:
    """The plan as it is and as it would be. Raises RaceRefused."""
    others = [other for other in store.races if other.race_date != proposed.race.race_date]
    changed = proposed.changed
    if changed:
        races.refuse_what_cannot_be_planned(changed, others, today=today)
    after = [*others, changed] if changed else others
    return training.PlanChange(
        before=plan_of(store.races, store.runner, today=today),
        after=plan_of(after, store.runner, today=today),
        was=proposed.race.in_training,
        race=changed.in_training if changed else None,
    )


def questions_of(
    request: HttpRequest,
    store: PlanStore,
    change: training.PlanChange,
    clinic: Clinic,
    now: datetime,
) -> list[Question]:
    visits = {}
    for visit in store.history.visits:
        if visit.status == Status.BOOKED and visit.starts_at > now:
            day = clinic.day_of(visit.starts_at)
            visits[visit] = training.Booked(day, visit.treatment.kinds)
    misfits = {misfit.visit: misfit for misfit in change.misfits(list(visits.values()))}
    found = [(visit, misfits[booked]) for visit, booked in visits.items() if booked in misfits]
    free = openings_for(
        clinic,
        change.after,
        [(visit.treatment, misfit.instead) for visit, misfit in found],
        store.history,
        now=now,
        holder=visitor(request),
    )
    advised = [_advised(openings, change.after, clinic) for openings in free]
    return [
        _question(request, store, visit, misfit, openings, clinic=clinic, now=now)
        for (visit, misfit), openings in zip(found, advised, strict=True)
    ]


def _question(
    request: HttpRequest,
    store: PlanStore,
    visit: Appointment,
    misfit: training.Misfit,
    openings: Sequence[Opening],
    *,
    clinic: Clinic,
    now: datetime,
) -> Question:
    binds = not store.at_the_desk  # the clinic's rules, which the desk may set aside
    why_not_move = cutoffs.why_not_move(visit, clinic, now=now) if binds else None
    why_not_cancel = cutoffs.why_not_cancel(visit, clinic, now=now) if binds else None
    choices = [] if why_not_move else [_choice(visit, one) for one in openings]
    suggested = as_text(choices[0]) if choices else KEEP
    return Question(
        appointment=visit,
        misfit=misfit,
        choices=choices,
        why_not_move=why_not_move,
        why_not_cancel=why_not_cancel,
        answer=request.POST.get(
            f"visit-{visit.public_id}", KEEP if "do" in request.POST else suggested
        ),
    )


def _advised(openings: Sequence[Opening], plan: training.Plan, clinic: Clinic) -> list[Opening]:
    """Nothing is put forward for a day that the plan advises against."""
    days = [(one, clinic.day_of(one.starts_at)) for one in openings]
    return [one for one, day in days if not training.against(frozenset(), day, plan)]


def _choice(visit: Appointment, opening: Opening) -> Slot:
    """With the same therapist, where they are free; with nobody who is not named."""
    is_free = visit.therapist in opening.therapists
    therapist = visit.therapist if is_free else opening.therapists[0]
    return Slot(treatment=visit.treatment, start=opening.starts_at, therapist=therapist)


def _preview(
    request: HttpRequest,
    store: PlanStore,
    proposed: Proposed,
    form: ChangeRaceForm,
    change: training.PlanChange,
    *,
    questions: Sequence[Question],
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    rules = change.after.protocol
    context = {
        "clinic": Clinic.objects.the(),
        "store": store,
        "race": proposed.race,
        "changed": proposed.changed,
        "form": form,
        "phases": [(rules.phases[one.phase].name, one) for one in change.phase_shifts()],
        "sessions": [(rules.session_types[one.kind].name, one) for one in change.session_shifts()],
        "questions": questions,
        "refusal": refusal,
    }
    return render(request, "web/training/race_change.html", context, status=status)


def _carry_out(
    request: HttpRequest,
    store: PlanStore,
    proposed: Proposed,
    form: ChangeRaceForm,
    change: training.PlanChange,
    *,
    questions: Sequence[Question],
    now: datetime,
) -> HttpResponse:
    answers = [answer for one in questions if (answer := answer_of(request, one))]
    try:
        replanning.accept(
            answers,
            race=proposed.race,
            change_race=partial(_change_race, store, proposed, now),
            by=store.by,
            now=now,
        )
    except RaceRefused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _ask(request, store, proposed.race, form, status=422)
    except Refused as refusal:
        again = questions_of(request, store, change, Clinic.objects.the(), timezone.now())
        return _preview(
            request, store, proposed, form, change,
            questions=again, refusal=refusal, status=status_of(refusal),
        )  # fmt: skip
    messages.success(request, _what_was_done(proposed, answers))
    return redirect(store.url)


def _change_race(store: PlanStore, proposed: Proposed, now: datetime) -> None:
    if proposed.fields is None:
        store.withdraw(proposed.race, now=now)
    else:
        store.change(proposed.race, proposed.fields, now=now)


def answer_of(request: HttpRequest, question: Question) -> VisitAnswer | None:
    """None to leave it as it is."""
    if question.answer == CANCEL:
        return VisitAnswer(question.appointment)
    chosen = read_slots([question.answer])
    return VisitAnswer(question.appointment, chosen[0]) if chosen else None


def _what_was_done(proposed: Proposed, answers: Sequence[VisitAnswer]) -> str:
    said = [
        _("{race} is no longer in the plan.").format(race=proposed.race)
        if proposed.fields is None
        else _("The plan is up to date.")
    ]
    if moved := sum(1 for answer in answers if answer.move_to):
        words = ngettext("{count} appointment moved.", "{count} appointments moved.", moved)
        said.append(words.format(count=moved))
    if gone := len(answers) - moved:
        words = ngettext("{count} appointment cancelled.", "{count} appointments cancelled.", gone)
        said.append(words.format(count=gone))
    return " ".join(said)
