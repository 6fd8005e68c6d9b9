"""Where a runner's races are kept: in their browser, or with the clinic behind a mailed link."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bookings import links
from bookings.actions.scheduling.holds import MOST_STARTS
from bookings.actions.training import brought, own_plans, training_feedback
from bookings.actions.training import races as racing
from bookings.actions.training.own_plans import FromLink
from bookings.core import training
from bookings.core.roles import Role
from bookings.core.scheduling.proving import MOST_WAITING_OF_A_PLAN
from bookings.models import (
    Appointment,
    BetterBy,
    BroughtPlan,
    Client,
    Clinic,
    PlanLink,
    Race,
    Therapist,
    Told,
    Treatment,
)
from bookings.models.training.brought import KEPT_HABITS
from bookings.queries.series.following import booked_as_they_open
from bookings.queries.training.plans import (
    History,
    SessionId,
    Usual,
    declined_by,
    plan_of,
    runner_of,
)
from bookings.web.visitor import BookedHere, booked_here, has_proved

BROWSER = "browser"  # whose plan it is, of somebody we do not know
KEY, GONE_WITH, WAITS_FOR = "plan", "plan_gone_with", "plan_waits_for"
GONE_RACES = "plan_gone_races"  # their days
LEFT = "plan_left"  # visits that stay though the days of the plan are against it
GOES_ALONG = "race"  # the box of a booking's form
MOST_KEPT = 60  # efforts, and declined sessions, in one browser


class Pages:
    """The addresses of a plan's pages; `token` is the mailed link they stand behind, if any.

    `owner` is whose plan it is: what one of its pages has signed holds on no other's.

    `by` is who acts on them, as events record it, and `frame` the template around them.
    """

    token = ""
    by: str = Role.RUNNER
    at_the_desk = False
    most_at_once = MOST_STARTS
    frame = "base.html"
    whose: str | Promise = gettext_lazy("Your plan")
    enter_words: str | Promise = gettext_lazy("Show my plan")

    @property
    def url(self) -> str:
        return self._page("plan")

    @property
    def keep_url(self) -> str:
        return self._page("keep")

    @property
    def efforts_url(self) -> str:
        return self._page("effort")

    @property
    def own_plan_url(self) -> str:
        return self._page("own_plan")

    @property
    def sample_own_plan_url(self) -> str:
        return self._page("sample_own_plan")

    @property
    def check_own_plan_url(self) -> str:
        return self._page("check_own_plan")

    @property
    def read_again_url(self) -> str:
        return self._page("read_own_plan_again")

    @property
    def remove_own_plan_url(self) -> str:
        return self._page("remove_own_plan")

    @property
    def misplaced_url(self) -> str:
        return self._page("misplaced")

    @property
    def habits_url(self) -> str:
        return self._page("habits")

    @property
    def sessions_url(self) -> str:
        return self._page("session")

    @property
    def choose_url(self) -> str:
        return self._page("choose")

    @property
    def basket_url(self) -> str:
        return self._page("basket")

    @property
    def change_basket_url(self) -> str:
        return self._page("change_basket")

    def times_url(self, treatment: Treatment) -> str:
        return self._page("plan_times", treatment.slug)

    def choose_time_url(self, treatment: Treatment) -> str:
        return self._page("choose_time", treatment.slug)

    def url_of_visit(self, visit: Appointment) -> str:
        """Where it is moved and cancelled; this browser's own link proves nobody's address."""
        return reverse("runner:appointment", args=[links.page_token(visit)])

    def url_of(self, race: Race) -> str:
        return self._page("race", race.race_date)

    def _page(self, name: str, *asked: str | date) -> str:
        if self.token:
            return reverse(f"runner:my_{name}", args=[self.token, *asked])
        return reverse(f"runner:{name}", args=asked)

    def url_of_another_time(self, visit: Appointment) -> str | None:
        """Where one that suits the training better is waited for; nothing where one is already.

        None where none of that may be told.
        """
        return None


class AnybodysPages(Pages):
    """Of whoever is not known, without any of them."""

    client = None
    booked_as_they_open: frozenset[SessionId] = frozenset()


class SessionPlan(Pages):
    """The plan of somebody we do not know, in the session; it goes along with their booking."""

    client = None
    owner = BROWSER
    most_at_once = MOST_WAITING_OF_A_PLAN

    def __init__(self, request: HttpRequest):
        self._request = request
        self._session = request.session

    @cached_property
    def told(self) -> Told:
        """What went with a booking whose mailbox has answered is as the clinic has it since."""
        told = Told(self._session.get(KEY, {}))
        return self._as_the_clinic_has_it(told) if self._session.get(GONE_RACES) else told

    @cached_property
    def _here(self) -> BookedHere:
        return booked_here(self._request)

    @cached_property
    def history(self) -> History:
        """Asked for only by who needs it: most who book have told nothing."""
        return History(self._here.visits, usual_told(self.told), self._here.closed)

    def has_changed_elsewhere(self, today: date, now: datetime) -> bool:
        """Whether something to come that was booked, or entered, here is shown here no more."""
        there = {(race.race_date, race.distance) for race in self.races}
        kept = Told(self._session.get(KEY, {})).races
        gone = [one for one in kept if (one.race_date, one.distance) not in there]
        moved = any(start > now for start in self._here.changed)
        return moved or any(race.race_date >= today for race in gone)

    def _as_the_clinic_has_it(self, told: Told) -> Told:
        """Without the races that went and have been changed or withdrawn from the mail since."""
        people = [one for one in self._went_with(self._here.answered) if not one.is_provisional]
        if not people:
            return told
        stand = _races_known_of(people)
        went = self._session[GONE_RACES]
        return told.with_races(
            race
            for race in told.races
            if race.race_date.isoformat() not in went or race.in_training in stand
        )

    @property
    def taken_by(self) -> Client | None:
        """Whose the plan is since they have answered, in this browser, from the mailbox."""
        if not self._session.get(GONE_RACES):
            return None
        theirs = [
            client
            for client in self._went_with(self._here.answered)
            if not client.is_provisional and has_proved(self._request, client)
        ]
        return theirs[0] if len(theirs) == 1 else None

    @property
    def races(self) -> Sequence[Race]:
        return self.told.races

    asks_for_nudges = True

    @property
    def habits(self) -> dict[str, Any]:
        return self.told.habits

    @property
    def runner(self) -> training.Runner:
        return self.told.runner

    @property
    def hard_efforts(self) -> Sequence[date]:
        return self.told.hard_efforts

    @property
    def declined(self) -> frozenset[SessionId]:
        return self.told.declined

    def enter(self, race: Race, habits: dict[str, Any], *, now: datetime) -> None:
        """Raises RaceRefused."""
        others, told = self.races, self.told.with_habits(self.habits | habits)
        if all(other.in_training != race.in_training for other in others):
            self._refuse(race, others, now)
            told = told.with_races([*others, race])
        self._keep(told)

    def keep_habits(self, habits: dict[str, Any], *, now: datetime) -> None:
        self._keep(self.told.with_habits(self.habits | habits))

    @property
    def left_alone(self) -> frozenset[tuple[str, int]]:
        return frozenset((one, revision) for one, revision in self._session.get(LEFT, []))

    def leave_visit(self, visit: Appointment) -> None:
        there = self._session.get(LEFT, [])
        self._session[LEFT] = [*there, [visit.public_id, visit.revision]][-MOST_KEPT:]

    plan_link = None  # a link is followed for a client; here its days are kept

    def keep_own_plan(
        self, schedule: training.Schedule, source: FromLink | None = None, *, now: datetime
    ) -> None:
        self._session.pop(LEFT, None)
        told, weekday = self.told.with_schedule(schedule), schedule.long_run_weekday
        if weekday is not None:
            told = told.with_habits(self.habits | {"long_run_weekday": weekday})
        self._keep(told)

    def leave_out_races(self, days: Collection[date], *, now: datetime) -> None:
        self._keep(self.told.with_schedule(self.told.schedule.without_races(days)))

    def remove_own_plan(self, *, now: datetime) -> None:
        self._keep(self.told.with_schedule(training.Schedule()))

    def change(self, race: Race, fields: dict[str, Any], *, now: datetime) -> None:
        """Raises RaceRefused."""
        changed = racing.with_changes(race, fields)
        others = self._but(race)
        self._refuse(changed, others, now)
        self._keep(self.told.with_races([*others, changed]))

    def withdraw(self, race: Race, *, now: datetime) -> None:
        self._keep(self.told.with_races(self._but(race)))

    def log_effort(self, day: date, *, today: date) -> None:
        """Raises EffortRefused."""
        training_feedback.refuse_an_odd_day(day, today=today)
        self._keep_efforts({*self.hard_efforts, day})

    def forget_effort(self, day: date) -> None:
        self._keep_efforts({*self.hard_efforts} - {day})

    def decline(self, kind: training.Kind, ideal: date) -> None:
        self._keep_declined(self.declined | {(kind, ideal)})

    def reconsider(self, kind: training.Kind, ideal: date) -> None:
        self._keep_declined(self.declined - {(kind, ideal)})

    def hand_over_to(self, client: Client, *, now: datetime) -> brought.Refusals:
        """The races and all that was told besides; what is refused stays here, and is returned."""
        refused = brought.give(client, self.told, now=now)
        self._keep(self.told.with_races(race for race, _ in refused))
        return refused

    def forget(self) -> None:
        for key in (KEY, GONE_WITH, GONE_RACES, WAITS_FOR, LEFT):
            self._session.pop(key, None)

    @property
    def companions(self) -> list[Client]:
        """With whom it has gone; what was entered after booking, with the one who is booked."""
        return self._went_with(self.history.visits)

    def _went_with(self, visits: Sequence[Appointment]) -> list[Client]:
        gone = self._session.get(GONE_WITH)
        with_it = [one for one in visits if gone is None or one.public_id in gone]
        people = list({one.client_id: one.whose for one in with_it}.values())
        return people if gone is not None or len(people) == 1 else []

    @property
    def went_along(self) -> bool:
        """Also where that booking's mailbox has answered from another browser since."""
        return bool(self._session.get(GONE_WITH))

    @property
    def waits_for_proof(self) -> bool:
        return any(client.is_provisional for client in self.companions)

    def going_with(self, data: Mapping[str, str]) -> Told | None:
        """What goes along with a booking whose form says so; nothing of what is a client's."""
        goes = self.races and not self.taken_by and data.get(GOES_ALONG)
        return self.told if goes else None

    def note_booking(self, visit: Appointment, told: Told | None) -> None:
        """Remember whether it went along, where there was something to go.

        Whoever books where somebody else has answered from the mailbox begins anew.
        """
        if self.taken_by and self.taken_by != visit.client:
            self.forget()
        elif self.races:
            gone = self._session.get(GONE_WITH, [])
            self._session[GONE_WITH] = [*gone, visit.public_id][-MOST_KEPT:] if told else gone
            if told:
                self._note_what_goes()

    def note_wait(self, session: SessionId | None) -> None:
        """That the list was joined for it in this browser."""
        if session:
            kind, ideal = session
            there = self._session.get(WAITS_FOR, [])
            self._session[WAITS_FOR] = [*there, [kind, ideal.isoformat()]][-MOST_KEPT:]

    @property
    def waited_for(self) -> frozenset[SessionId]:
        there = self._session.get(WAITS_FOR, [])
        return frozenset((training.Kind(kind), date.fromisoformat(day)) for kind, day in there)

    booked_as_they_open: frozenset[SessionId] = frozenset()

    def told_with(self, visit: Appointment) -> Told | None:
        """All that is told here, if it went along with that booking."""
        gone = self._session.get(GONE_WITH, [])
        return self.told if {visit.public_id, visit.together}.intersection(gone) else None

    def take_back_from(self, visit: Appointment) -> None:
        """It went with what is booked anew, and so it goes with that."""
        if gone := self._session.pop(GONE_WITH, None):
            others = [one for one in gone if one not in (visit.public_id, visit.together)]
            if others:
                self._session[GONE_WITH] = others
            else:
                self._session.pop(GONE_RACES, None)

    def _keep_efforts(self, days: set[date]) -> None:
        self._keep(self.told.with_hard_efforts(sorted(days)[-MOST_KEPT:]))

    def _keep_declined(self, sessions: frozenset[SessionId]) -> None:
        latest = sorted(sessions, key=lambda one: one[1])[-MOST_KEPT:]
        self._keep(self.told.with_declined(latest))

    def _but(self, race: Race) -> list[Race]:
        return [other for other in self.races if other.race_date != race.race_date]

    def _keep(self, told: Told) -> None:
        follow = brought.tell_more if self.told.races else brought.bring
        self._note_what_is_entered(told)
        self.told = told
        self._session[KEY] = dict(told.data)
        for client in self.companions:
            follow(client, told, now=timezone.now())
            if client.is_provisional:
                self._note_what_goes()

    def _note_what_is_entered(self, told: Told) -> None:
        """A race that is entered or changed here is this browser's again."""
        there = [race.in_training for race in self.told.races]
        entered = {one.race_date.isoformat() for one in told.races if one.in_training not in there}
        if went := self._session.get(GONE_RACES):
            self._session[GONE_RACES] = [day for day in went if day not in entered]

    def _note_what_goes(self) -> None:
        """The days of the races that become the client's."""
        there = {race.race_date.isoformat() for race in self.told.races}
        self._session[GONE_RACES] = sorted({*self._session.get(GONE_RACES, []), *there})

    @staticmethod
    def _refuse(race: Race, others: Sequence[Race], now: datetime) -> None:
        today = Clinic.objects.the().day_of(now)
        racing.refuse_what_cannot_be_planned(race, others, today=today)


class ClientPlan(Pages):
    """The plan of a client who has signed in, or reads it from behind a mailed link."""

    def __init__(self, client: Client, token: str = ""):
        self.client, self.token = client, token
        self.owner = f"client:{client.pk}"
        self.history = self._history()
        self.races: Sequence[Race] = list(self.client.races.select_related("client"))
        self.runner = runner_of(self.client, self.history)
        self.declined = declined_by(self.client)

    def _history(self) -> History:
        """What was booked with an address that nobody has proved is shown to nobody."""
        return History() if self.client.is_provisional else History.of(self.client)

    @property
    def habits(self) -> dict[str, Any]:
        return {
            "long_run_weekday": self.client.long_run_weekday,
            "weekly_volume_km": self.client.weekly_volume_km,
            "usual_part": self.client.usual_part,
            "usual_therapist_id": self.client.usual_therapist_id,
        }

    def url_of_visit(self, visit: Appointment) -> str:
        return reverse("runner:appointment", args=[self._key_to(visit)])

    def _key_to(self, visit: Appointment) -> str:
        """Who reads this has signed in, or has the link of a mail."""
        return links.mail_token(visit)

    def url_of_another_time(self, visit: Appointment) -> str | None:
        return "" if visit.pk in self._waits_for_another else self._another_time(visit)

    def _another_time(self, visit: Appointment) -> str:
        return f"{reverse('runner:earlier', args=[self._key_to(visit)])}?by={BetterBy.TRAINING}"

    @cached_property
    def _waits_for_another(self) -> frozenset[int | None]:
        there = self.client.waits_for.waiting().exclude(appointment=None)
        return frozenset(there.values_list("appointment", flat=True))

    @cached_property
    def waited_for(self) -> frozenset[SessionId]:
        """The sessions that they are on the waiting list for."""
        there = self.client.waits_for.waiting().exclude(session_kind="")
        return frozenset(
            (training.Kind(kind), ideal)
            for kind, ideal in there.values_list("session_kind", "session_ideal")
            if ideal and kind in list(training.Kind)
        )

    @cached_property
    def booked_as_they_open(self) -> frozenset[SessionId]:
        """The sessions that a series waits for."""
        return booked_as_they_open(self.client, Clinic.objects.the(), now=timezone.now())

    @cached_property
    def brought(self) -> Told | None:
        """What came with a booking and waits to be taken."""
        return _brought_by(self.client)

    @property
    def asks_for_nudges(self) -> bool:
        """Whoever gets them already stops them by their link, not by leaving a box empty."""
        return not self.client.wants_nudges

    @property
    def hard_efforts(self) -> Sequence[date]:
        return self.runner.hard_efforts

    def enter(self, race: Race, habits: dict[str, Any], *, now: datetime) -> None:
        """Raises RaceRefused."""
        racing.enter(self.client, race, **_of_a_client(habits), now=now)

    def keep_habits(self, habits: dict[str, Any], *, now: datetime) -> None:
        racing.keep_habits(self.client, **habits, now=now)

    @property
    def left_alone(self) -> frozenset[tuple[str, int]]:
        own = getattr(self.client, "own_plan", None)
        return own.left_alone if own else frozenset()

    def leave_visit(self, visit: Appointment) -> None:
        own_plans.leave_visit(self.client, visit)

    @cached_property
    def plan_link(self) -> PlanLink | None:
        return PlanLink.objects.filter(client=self.client).first()

    def keep_own_plan(
        self, schedule: training.Schedule, source: FromLink | None = None, *, now: datetime
    ) -> None:
        own_plans.keep(self.client, schedule, source=source, now=now)

    def leave_out_races(self, days: Collection[date], *, now: datetime) -> None:
        own_plans.leave_out_races(self.client, days, now=now)

    def remove_own_plan(self, *, now: datetime) -> None:
        own_plans.remove(self.client, now=now)

    def change(self, race: Race, fields: dict[str, Any], *, now: datetime) -> None:
        """Raises RaceRefused."""
        racing.change(race, now=now, **fields)

    def withdraw(self, race: Race, *, now: datetime) -> None:
        racing.withdraw(race, now=now)

    def log_effort(self, day: date, *, today: date) -> None:
        """Raises EffortRefused."""
        training_feedback.log_effort(self.client, day, today=today)

    def forget_effort(self, day: date) -> None:
        training_feedback.forget_effort(self.client, day)

    def decline(self, kind: training.Kind, ideal: date) -> None:
        training_feedback.decline(self.client, kind, ideal)

    def reconsider(self, kind: training.Kind, ideal: date) -> None:
        training_feedback.reconsider(self.client, kind, ideal)


class ConfirmedHere(ClientPlan):
    """Of somebody who has pressed a mailed link in the browser that the plan was entered in."""

    def _key_to(self, visit: Appointment) -> str:
        return links.page_token(visit)


class BroughtAlong(ClientPlan):
    """Of somebody whose address nobody has proved: what came with their booking, to look at.

    Whatever they send from these pages proves it, and the plan is theirs before it is changed.
    """

    def __init__(self, client: Client, token: str, told: Told):
        super().__init__(client, token)
        self._told = told
        self.races = told.races
        self.history = replace(History.of(client), usual=usual_told(told))
        self.runner = told.runner
        self.declined = told.declined

    def url_of_another_time(self, visit: Appointment) -> str | None:
        return None

    @property
    def habits(self) -> dict[str, Any]:
        return self._told.habits

    @property
    def asks_for_nudges(self) -> bool:
        return not self._told.wants_nudges


PlanStore = SessionPlan | ClientPlan


def _races_known_of(people: Sequence[Client]) -> list[training.Race]:
    """In their plans, or waiting to be taken into them."""
    waiting = BroughtPlan.objects.filter(client__in=people)
    offered = [race for row in waiting for race in row.told.races]
    return [race.in_training for race in [*Race.objects.filter(client__in=people), *offered]]


def usual_told(told: Told) -> Usual:
    """Somebody who works here no longer is nobody."""
    wanted = told.habits.get("usual_therapist_id")
    therapist = Therapist.objects.active().filter(pk=wanted).first() if wanted else None
    return Usual(told.habits.get("usual_part"), therapist)


def plan_behind_a_link(client: Client, token: str) -> ClientPlan:
    told = _brought_by(client) if client.is_provisional else None
    return BroughtAlong(client, token, told) if told else ClientPlan(client, token)


def goes_along(request: HttpRequest, form: Form) -> bool:
    """Whether a booking's form has the box ticked: as sent, or else until it has gone once."""
    if form.is_bound:
        return GOES_ALONG in form.data
    return not {GONE_WITH, GONE_RACES}.intersection(request.session.keys())


def offered_in(store: ClientPlan, request: HttpRequest) -> list[Race]:
    """Races that came with a booking, or that this browser has, and that are not in the plan."""
    waiting = store.brought.races if store.brought else []
    of_browser = [] if store.at_the_desk else SessionPlan(request).races
    there = {race.in_training for race in store.races}
    offered = {race.in_training: race for race in [*waiting, *of_browser]}
    return [race for known, race in offered.items() if known not in there]


def days_come_along(store: ClientPlan, request: HttpRequest) -> bool:
    """Whether days of a training plan become theirs with the races that are offered."""
    of_browser = None if store.at_the_desk else SessionPlan(request).told
    return any(told.schedule.days for told in (store.brought, of_browser) if told)


def race_on(store: PlanStore, day: date) -> Race | None:
    return next((race for race in store.races if race.race_date == day), None)


def plan_of_store(store: PlanStore, clinic: Clinic, *, now: datetime) -> training.Plan | None:
    """What is made of the races, or None without any."""
    today = clinic.day_of(now)
    return plan_of(store.races, store.runner, today=today) if store.races else None


def plan_to_choose_by(
    store: PlanStore, clinic: Clinic, moving: Appointment | None = None, *, now: datetime
) -> training.Plan | None:
    """The same for whoever chooses a day: what is booked, but for `moving`, speaks as well."""
    plan = plan_of_store(store, clinic, now=now)
    return plan.beside(store.history.days(clinic, but=moving)) if plan else None


def _brought_by(client: Client) -> Told | None:
    row = BroughtPlan.objects.filter(client=client).first()
    return row.told if row else None


def _of_a_client(habits: dict[str, Any]) -> dict[str, Any]:
    """As actions take them. Whether somebody has been here, the clinic knows itself."""
    kept = {name: habits[name] for name in KEPT_HABITS if name in habits}
    return {"habits": kept, "wants_nudges": habits.get("wants_nudges", False)}
