"""How large the largest tables are, and what keeping them tidy takes."""

import time
from collections.abc import Iterator

from django.db import connection

from tests.benchmarks.sizes import size

LARGEST = """
    SELECT relid::regclass::text, n_live_tup, pg_table_size(relid), pg_indexes_size(relid)
      FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC LIMIT %s
"""
DEAD = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = %s::regclass"
INDEXES = """
    SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index
     WHERE indrelid = %s::regclass ORDER BY 2 DESC LIMIT 3
"""
MEGABYTE = 2**20


def told_of_tables() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT pg_database_size(current_database())")
        yield f"the whole database: {cursor.fetchone()[0] / MEGABYTE:,.0f} MB"
        cursor.execute(LARGEST, [size(14, toy=3)])
        for table, rows, bytes_of_rows, of_indexes in cursor.fetchall():
            cursor.execute(DEAD, [table])
            dead = cursor.fetchone()[0]
            began = time.perf_counter()
            cursor.execute(f"VACUUM (ANALYZE) {table}")
            taken = time.perf_counter() - began
            cursor.execute(INDEXES, [table])
            largest = ", ".join(f"{name} {n / MEGABYTE:,.0f}" for name, n in cursor.fetchall())
            yield (
                f"{table}: {rows:,} rows, {bytes_of_rows / MEGABYTE:,.0f} MB, indexes "
                f"{of_indexes / MEGABYTE:,.0f} MB ({largest}); {dead:,} dead, VACUUM {taken:.1f} s"
            )
