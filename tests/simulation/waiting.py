"""Some more runners in the simulated year, who wait on the list: they take, decline and ignore.

Their acts have a chance of their own, so that the others' lives stay as they are. What they take is
in the story's log, so that the oracle knows of its mails.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

from django.db.models import Min

from bookings.actions.refusals import Refused
from bookings.actions.waiting_list import entries, offers
from bookings.actions.waiting_list.entries import JoinRequest, WaitTerms
from bookings.models import Client, FreedTime, OfferState, WaitlistEntry, WaitlistOffer
from tests.simulation.story import Runner, Story

DAY = timedelta(days=1)
ANSWERS = ("take", "take", "pass", "leave", "nothing")
LISTERS, WISHES_EACH = 2, 2
A_WEEK_AND_MORE = 9  # days in which one of each weekday opens
LOOKS_AT = timedelta(hours=9, minutes=3)  # an hour after mails begin to go


@dataclass
class Waiting:
    story: Story
    wrong: list[str] = field(default_factory=list)

    @property
    def is_anybody(self) -> bool:
        return WaitlistEntry.objects.waiting().exists()

    def acts(self) -> Counter[str]:
        states = WaitlistOffer.objects.values_list("state", flat=True)
        return Counter(f"offers {state}" for state in states)

    def plan(self, seed: int) -> None:
        dice, story = random.Random(f"waiting list {seed}"), self.story
        for number in range(LISTERS):
            client = Client.objects.create(
                name=f"Lister {number}",
                email=f"lister{number}@example.com",
                proved_at=story.start,
                created_at=story.start,
            )
            for _ in range(WISHES_EACH):
                last = story.end - (A_WEEK_AND_MORE + 3) * DAY
                instant = story.start + dice.random() * (last - story.start)
                instant = instant.replace(second=43, microsecond=0)
                story.at(instant, partial(self.join, client, dice.random()))

    def join(self, client: Client, chance: float, now: datetime) -> None:
        dice, today = random.Random(chance), self.story.clinic.day_of(now)
        weekdays = tuple(sorted(dice.sample(range(7), dice.choice((2, 4)))))
        opens = self.story.clinic.last_bookable_day(now)
        wanted = WaitTerms(
            first_day=today + DAY, last_day=opens + 20 * DAY, weekdays=weekdays, notice_hours=12
        )
        asked = JoinRequest(
            client=Client.objects.get(pk=client.pk),
            treatment=self.story.treatment,
            wanted=wanted,
            key=f"lister {client.pk} {chance}",
            by="runner",
        )
        try:
            entry = entries.join(asked, now=now)
        except Refused:
            return
        for later in range(1, A_WEEK_AND_MORE):
            at = self.story.clinic.begin_of(today + later * DAY) + LOOKS_AT
            self.story.at(at.replace(second=47), partial(self.look, client, dice.choice(ANSWERS)))
        self.story.at(now + A_WEEK_AND_MORE * DAY, partial(self.was_asked, entry))

    def look(self, client: Client, answer: str, now: datetime) -> None:
        open_one = WaitlistOffer.objects.open().filter(client=client, until__gt=now).first()
        if open_one is None or answer == "nothing":
            return
        if answer == "take":
            visit = offers.accept(open_one, by="runner", now=now)
            where = {"start": visit.starts_at, "therapist": visit.therapist_id}
            Runner(self.story, client, client.pk).note(now, "booked", visit=visit.pk, **where)
        else:
            offers.decline(open_one, leaving=answer == "leave", now=now)

    def was_asked(self, entry: WaitlistEntry, now: datetime) -> None:
        """Nobody starves: each day another day opens, and there is always room in this clinic."""
        entry.refresh_from_db()
        if entry.is_waiting and not WaitlistOffer.objects.filter(client=entry.client_id).exists():
            self.wrong.append(f"{entry.client_id} was offered nothing by {now}")

    def check(self, now: datetime) -> None:
        """Of each open offer: the only one of its person and of its time, and in time."""
        there = list(WaitlistOffer.objects.open().with_everything())
        if len({one.client_id for one in there}) < len(there):
            self.wrong.append(f"two open offers of one person at {now}")
        if len({(one.therapist_id, one.starts_at) for one in there}) < len(there):
            self.wrong.append(f"two open offers of one time at {now}")
        self.wrong += [
            f"{one} may be taken after its cut-off"
            for one in there
            if one.until > one.starts_at - one.entry.notice
        ]

    def next_times(self, now: datetime) -> Iterator[datetime]:
        """When something is to be tended; what is due at night, in the morning."""
        freed = FreedTime.objects.to_be_worked()
        if at := freed.filter(due_at__gt=now).aggregate(at=Min("due_at"))["at"]:
            yield at
        if freed.filter(due_at__lte=now).exists():
            local = now.astimezone(self.story.clinic.tz)
            day = local.date() + DAY * (local.time() >= time(8))
            yield datetime.combine(day, time(8), self.story.clinic.tz)
        open_ones = WaitlistOffer.objects.filter(state=OfferState.OPEN, until__gt=now)
        if at := open_ones.aggregate(at=Min("until"))["at"]:
            yield at
