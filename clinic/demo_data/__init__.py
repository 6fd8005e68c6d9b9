"""A clinic that is plainly a demo: the same every time, relative to today."""

from clinic.demo_data.loading import is_loaded, load
from clinic.demo_data.people import DEMO_LOGINS, DEMO_PASSWORD

__all__ = ["DEMO_LOGINS", "DEMO_PASSWORD", "is_loaded", "load"]
