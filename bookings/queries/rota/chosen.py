"""What a pressed time names, the treatment and perhaps somebody, in one round trip."""

from django.db import connection

from bookings.models import Therapist, Treatment
from bookings.queries.statements import rows

COLUMNS = [field.attname for field in Treatment._meta.concrete_fields]
PERSON = [field.attname for field in Therapist._meta.concrete_fields]
CHOSEN = f"""
    SELECT {", ".join(f"treatment.{name}" for name in COLUMNS)},
           {", ".join(f"therapist.{name}" for name in PERSON)}
      FROM bookings_treatment treatment
      LEFT JOIN bookings_therapist therapist
        ON therapist.slug = %(therapist)s AND therapist.active
     WHERE treatment.slug = %(treatment)s
"""  # noqa: S608 - the models' own columns


def treatment_and_therapist(
    treatment: str, therapist: str
) -> tuple[Treatment | None, Therapist | None]:
    """By their slugs; nobody where nobody who works here is named."""
    named = therapist if "\0" not in therapist else ""  # which PostgreSQL takes in no text
    found = rows(CHOSEN, treatment=treatment, therapist=named)
    if not found:
        return None, None
    of_treatment, of_person = found[0][: len(COLUMNS)], found[0][len(COLUMNS) :]
    what = Treatment.from_db(connection.alias, COLUMNS, of_treatment)
    knows_who = of_person[PERSON.index("id")] is not None
    who = Therapist.from_db(connection.alias, PERSON, of_person) if knows_who else None
    return what, who
