"""How measured times are told."""

import statistics


def spread(taken: list[float]) -> str:
    """Of milliseconds."""
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms"
