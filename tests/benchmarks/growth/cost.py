"""What a piece of work costs: processor time here and in the database, and statements."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass
class Cost:
    """`worked` in milliseconds of processors; of each statement, how long it took on the clock."""

    worked: float
    statements: int
    slowest: tuple[float, str, Any] = field(default=(0.0, "", None))


def cost_of(work: Callable[[], object], database: BaseDatabaseWrapper) -> Cost:
    """The database works in one process for us, as parallel plans are switched off."""
    asked: list[tuple[float, str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append((time.perf_counter() - began, str(sql), params))

    before = _here_and_there(database)
    with database.execute_wrapper(note):
        work()
    worked = (_here_and_there(database) - before) * 1000
    slowest = max(asked, key=lambda one: one[0], default=(0.0, "", None))
    return Cost(worked, len(asked), (slowest[0] * 1000, *slowest[1:]))


def _here_and_there(database: BaseDatabaseWrapper) -> float:
    """Seconds of processor time."""
    database.ensure_connection()
    at_work = Path(f"/proc/{database.connection.info.backend_pid}/schedstat")
    return time.process_time() + int(at_work.read_text().split()[0]) / 1e9


def plan_of(statement: str, params: Any, database: BaseDatabaseWrapper) -> str:
    """As it was run, if it can be run once more without doing anything."""
    if not statement.lstrip("( \n").upper().startswith(("SELECT", "WITH", "DELETE", "UPDATE")):
        return "(no plan)"
    with database.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", params)
            return "\n".join(line for (line,) in cursor.fetchall())
        finally:
            cursor.execute("ROLLBACK")
