"""What was decided is written into the rows of a list: one statement, however many there are."""

from collections.abc import Sequence

from django.db import connection

from bookings.actions.records.deciding import RowVerdict

WRITE = """
    UPDATE bookings_importedrow AS kept
    SET settled = told.settled, outcome = told.outcome, reason = told.reason,
        client_id = told.client, made_client = told.made, made_visit = told.booked,
        filled = told.filled, names_nobody = told.nobody, only_ours = told.ours
    FROM unnest(
        %s::bigint[], %s::bool[], %s::text[], %s::text[], %s::bigint[], %s::bool[], %s::bool[],
        %s::text[], %s::bool[], %s::bool[]
    ) AS told (id, settled, outcome, reason, client, made, booked, filled, nobody, ours)
    WHERE kept.id = told.id
"""


def write(verdicts: Sequence[RowVerdict], *, but_visits: bool = False) -> None:
    """Settled all, or all but those whose visit is still to be tried."""
    columns = [
        (
            one.row.pk,
            not (but_visits and one.slot is not None),
            str(one.outcome),
            one.reason,
            one.client and one.client.pk,
            one.row.made_client,
            one.row.made_visit,
            one.row.filled,
            one.row.names_nobody,
            one.only_ours,
        )
        for one in verdicts
    ]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, list(map(list, zip(*columns, strict=True))))
