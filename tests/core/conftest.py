import os

from hypothesis import HealthCheck, settings

# Few, to be quick; `EXAMPLES=20000 pytest tests/core` draws each property so often.
settings.register_profile(
    "quick",
    max_examples=int(os.environ.get("EXAMPLES", "5")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
