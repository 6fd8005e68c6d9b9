"""`make bench`: what openings and bookings cost, beside the floor measured in the same run.

ONLY names the parts; SIZE=toy runs all of them in small and notes nothing.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from clinic.demo import servers as stack


def main() -> int:
    """Measures against servers of its own, in a process that sees them from the start."""
    with tempfile.TemporaryDirectory(prefix="taper-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        with stack.running(Path(folder), say=print, makes_others=True) as servers:
            env = {
                **os.environ,
                **servers.urls,
                "STATE": folder,
                "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
                "DEMO": "true",
            }
            command = [sys.executable, "-m", "tests.benchmarks.measure", folder]
            return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
