"""How often something was tried, for limits that must hold whatever else is away or full."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import connection, models
from django.db.models.functions import Now

from bookings.models.sweeping import NO_END, in_batches

# One statement, so that two who ask at once are two.
COUNT = """
INSERT INTO bookings_tally AS tally (key, count, until)
VALUES (%(key)s, 1, now() + %(seconds)s * interval '1 second')
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN tally.until > now() THEN tally.count + 1 ELSE 1 END,
    until = CASE WHEN tally.until > now() THEN tally.until ELSE excluded.until END
RETURNING count, until
"""


class TallyManager(models.Manager["Tally"]):
    def one_more(self, key: str, window: timedelta) -> int:
        """Counts one more under that key, and says how many it is since the window began."""
        return self.one_more_until(key, window)[0]

    def one_more_until(self, key: str, window: timedelta) -> tuple[int, datetime]:
        """The same, and when this window ends."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"key": key, "seconds": window.total_seconds()})
            return cursor.fetchone()

    def take_back(self, key: str) -> None:
        self.filter(key=key, count__gt=0).update(count=models.F("count") - 1)

    def sweep(self, *, until: float = NO_END) -> None:
        """Forgets what is over. Rows go by age alone: however many come, none pushes one out."""
        in_batches(self.filter(until__lte=Now()).order_by("until"), until=until)


class Tally(models.Model):
    """`key` is a digest, so that no address is kept; counted until a window's end."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    objects: ClassVar[TallyManager] = TallyManager()

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.count} until {self.until}"
