"""Where a runner's races are kept: in their browser, or with the clinic behind a mailed link."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from bookings.actions.refusals import RaceRefused
from bookings.actions.scheduling.holds import MOST_STARTS
from bookings.actions.training import races as racing
from bookings.actions.training import training_feedback
from bookings.core import training
from bookings.core.roles import Role
from bookings.core.scheduling.proving import MOST_WAITING_OF_A_PLAN
from bookings.models import Client, Clinic, Race, Treatment
from bookings.queries.training.plans import (
    History,
    SessionId,
    declined_by,
    plan_of,
    runner_of,
)
from bookings.web.visitor import booked_here

KEY = "plan"
FIELDS = (
    "race_date", "distance", "name", "priority", "training_start", "weeks", "outcome", "dnf_km",
)  # fmt: skip
DATES = ("race_date", "training_start")
KEPT_HABITS = ("long_run_weekday", "weekly_volume_km")
MOST_KEPT = 60  # efforts, and declined sessions, in one browser


class Pages:
    """The addresses of a plan's pages; `token` is the mailed link they stand behind, if any.

    `by` is who acts on them, as events record it, and `frame` the template around them.
    """

    token = ""
    by: str = Role.RUNNER
    at_the_desk = False
    most_at_once = MOST_STARTS
    frame = "base.html"
    whose = "Your plan"
    enter_words = "Show my plan"

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

    def url_of(self, race: Race) -> str:
        return self._page("race", race.race_date)

    def _page(self, name: str, *asked: str | date) -> str:
        if self.token:
            return reverse(f"runner:my_{name}", args=[self.token, *asked])
        return reverse(f"runner:{name}", args=asked)


class SessionPlan(Pages):
    """The plan of somebody we do not know, in the session and nowhere else."""

    client = None
    most_at_once = MOST_WAITING_OF_A_PLAN

    def __init__(self, request: HttpRequest):
        self._session = request.session
        self._kept: dict[str, Any] = self._session.get(KEY, {})
        self.history = History(booked_here(request))

    @property
    def races(self) -> Sequence[Race]:
        return sorted(self._races(), key=lambda race: race.race_date)

    asks_for_nudges = True

    @property
    def habits(self) -> dict[str, Any]:
        return self._kept.get("habits", {})

    @property
    def runner(self) -> training.Runner:
        return training.Runner(
            long_run_weekday=training.Weekday(
                self.habits.get("long_run_weekday", training.Weekday.SUN)
            ),
            weekly_volume_km=self.habits.get("weekly_volume_km", 0),
            new_client=not self.habits.get("has_been", False),
            hard_efforts=tuple(self.hard_efforts),
        )

    @property
    def hard_efforts(self) -> Sequence[date]:
        return [date.fromisoformat(day) for day in self._kept.get("hard_efforts", [])]

    @property
    def declined(self) -> frozenset[SessionId]:
        kept = self._kept.get("declined", [])
        return frozenset((training.Kind(kind), date.fromisoformat(day)) for kind, day in kept)

    def enter(self, race: Race, habits: dict[str, Any], *, now: datetime) -> None:
        """Raises RaceRefused."""
        others = list(self._races())
        if all(other.in_training != race.in_training for other in others):
            self._refuse(race, others, now)
            self._keep([*others, race])
        self._write(habits=habits)

    def keep_habits(self, habits: dict[str, Any], *, now: datetime) -> None:
        self._write(habits=self.habits | habits)

    def change(self, race: Race, fields: dict[str, Any], *, now: datetime) -> None:
        """Raises RaceRefused."""
        changed = racing.with_changes(race, fields)
        others = self._but(race)
        self._refuse(changed, others, now)
        self._keep([*others, changed])

    def withdraw(self, race: Race, *, now: datetime) -> None:
        self._keep(self._but(race))

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

    def hand_over_to(
        self, other: "ClientPlan", *, today: date, now: datetime
    ) -> list[tuple[Race, RaceRefused]]:
        """The races and all that was told besides; what is refused stays here, and is returned."""
        races = list(self.races)
        answers = other.enter_all(races, self.habits, now=now)
        refused = [(race, why) for race, why in zip(races, answers, strict=True) if why]
        self._keep([race for race, _ in refused])
        for day in self.hard_efforts:
            with suppress(training_feedback.EffortRefused):
                other.log_effort(day, today=today)
        for kind, ideal in self.declined:
            other.decline(kind, ideal)
        return refused

    def _keep_efforts(self, days: set[date]) -> None:
        self._write(hard_efforts=[day.isoformat() for day in sorted(days)[-MOST_KEPT:]])

    def _keep_declined(self, sessions: frozenset[SessionId]) -> None:
        latest = sorted(sessions, key=lambda one: one[1])[-MOST_KEPT:]
        self._write(declined=[(kind.value, ideal.isoformat()) for kind, ideal in latest])

    def _races(self) -> Iterator[Race]:
        for kept in self._kept.get("races", []):
            fields = {
                name: date.fromisoformat(value) if name in DATES and value else value
                for name, value in kept.items()
            }
            yield Race(**fields)

    def _but(self, race: Race) -> list[Race]:
        return [other for other in self._races() if other.race_date != race.race_date]

    def _keep(self, races: list[Race]) -> None:
        self._write(
            races=[{name: _plain(getattr(race, name)) for name in FIELDS} for race in races]
        )

    def _write(self, **changed: Any) -> None:
        self._kept = self._session[KEY] = self._kept | changed

    @staticmethod
    def _refuse(race: Race, others: list[Race], now: datetime) -> None:
        today = Clinic.objects.the().day_of(now)
        racing.refuse_what_cannot_be_planned(race, others, today=today)


class ClientPlan(Pages):
    """The plan of a client who has signed in, or reads it from behind a mailed link."""

    def __init__(self, client: Client, token: str = ""):
        self.client, self.token = client, token
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
        }

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

    def enter_all(
        self, races: Sequence[Race], habits: dict[str, Any], *, now: datetime
    ) -> list[RaceRefused | None]:
        return racing.enter_all(self.client, races, **_of_a_client(habits), now=now)

    def keep_habits(self, habits: dict[str, Any], *, now: datetime) -> None:
        racing.keep_habits(self.client, **habits, now=now)

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


PlanStore = SessionPlan | ClientPlan


def race_on(store: PlanStore, day: date) -> Race | None:
    return next((race for race in store.races if race.race_date == day), None)


def plan_of_store(store: PlanStore, clinic: Clinic, *, now: datetime) -> training.Plan | None:
    """What is made of the races, or None without any."""
    today = clinic.day_of(now)
    return plan_of(store.races, store.runner, today=today) if store.races else None


def _of_a_client(habits: dict[str, Any]) -> dict[str, Any]:
    """As actions take them. Whether somebody has been here, the clinic knows itself."""
    kept = {name: habits[name] for name in KEPT_HABITS if name in habits}
    return {"habits": kept, "wants_nudges": habits.get("wants_nudges", False)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
