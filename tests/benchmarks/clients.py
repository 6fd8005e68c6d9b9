"""Finding a client among fifty thousand, as the desk types: what the database takes for it."""

import time
from datetime import date
from pathlib import Path

from bookings.models import Client
from bookings.queries.clients.search import find
from tests.benchmarks import seed
from tests.benchmarks.sizes import size
from tests.benchmarks.spreading import spread

HOW_MANY, ROUNDS = size(50_000, toy=500), size(40, toy=2)

# Names like people's, not numbers: syllables in rows, so that parts of them are shared.
PERSON = {
    "name": """initcap(first[1 + n %% 40] || last[1 + n / 40 %% 40]) || ' '
           || initcap(last[1 + n / 1600 %% 40] || first[1 + n * 7 %% 40])""",
    "email": "'client' || n || '@' || first[1 + n %% 40] || '.example.com'",
    "phone": "'+44 7' || lpad((n * 7919::bigint %% 1000000000)::text, 9, '0')",
    "created_at": "now()",
    "proved_at": "now()",
}
PEOPLE = """
  FROM generate_series(0, %(people)s - 1) n,
       (SELECT regexp_split_to_array('an be chi da eo fe gra ha iv ju ko le ma ngu olu pri qui ro sø
                   ta un vi wre xi ya zo ale bri cla dor emi flo gui hel isa jos kat lou mir nor',
                   '\\s+') AS first,
               regexp_split_to_array('na bert dana rick lind son sen ska wicz ton ham ford ley field
                   stone wood well mann berg stein quist dal vik holm gren ström bach feld hardt
                   mond ridge shaw croft worth burn brook dale moor hurst combe', '\\s+') AS last
       ) AS syllables
"""
# As somebody types them, from the second letter on; the last is a slip of the finger.
TYPED = ["an", "ana", "grastone", "grastone le", "client4321", "07700", "077123", "example",
         "sohardt nor", "zzz", "grastoone"]  # fmt: skip


def measure(_folder: Path, _today: date) -> list[tuple[str, str]]:
    seed.insert(Client, PERSON, PEOPLE, people=HOW_MANY)
    print("Measuring the search for a client …")
    return [_line(typed) for typed in TYPED]


def _line(typed: str) -> tuple[str, str]:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = find(typed).clients
        taken.append((time.perf_counter() - began) * 1000)
    what = f"a client found by “{typed}” ({len(found)} shown), {HOW_MANY:,} stored"
    return what, spread(taken)
