"""python -m clinic.monitoring.alive beat: whether this part has given a sign of life, for Docker.

Django-free, because it runs every minute beside a worker with little memory.
"""

import os
import sys

import psycopg2

SECONDS = 300  # as mail_status.LATE
QUIET = """
    SELECT part, extract(epoch FROM now() - at) FROM bookings_heartbeat
    WHERE at < now() - make_interval(secs => %s)
"""
RUNG_BY = {"sender": "beat"}  # who is not rung for may well be silent


def problem_of(part: str, silent: dict[str, float], known: set[str]) -> str:
    """Nothing, or a sentence."""
    if part not in known:
        return f"No sign of life yet from {part}."
    rung_by = RUNG_BY.get(part)
    if part in silent and (rung_by is None or rung_by not in silent):
        return f"No sign of life from {part} for {silent[part] / 60:.0f} minutes."
    return ""


def main(part: str) -> int:
    try:
        with psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=4) as connection:
            cursor = connection.cursor()
            cursor.execute(QUIET, [SECONDS])
            silent = {name: float(seconds) for name, seconds in cursor.fetchall()}
            cursor.execute("SELECT part FROM bookings_heartbeat")
            problem = problem_of(part, silent, {name for (name,) in cursor.fetchall()})
    except psycopg2.Error as error:
        problem = f"The database does not answer ({type(error).__name__})."
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
