"""`make growth`: ten years of a clinic of fifty, beside the same clinic after its first quarter.

PAGES and TASKS name those that are looked at (a part of their names, - for none); SIZE=toy shows
that it runs. KEEP=/a/folder keeps both there, so that what was mended is soon looked at again.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from clinic.demo import servers as stack


def main() -> int:
    """Against servers of its own, which keep nothing that a crash would lose."""
    with tempfile.TemporaryDirectory(prefix="taper-growth-", dir="/tmp") as passing:
        folder = os.environ.get("KEEP") or passing
        Path(folder).chmod(0o711)
        with stack.running(Path(folder), say=print, durable=False) as servers:
            env = {
                **os.environ,
                **servers.urls,
                "STATE": folder,
                "DJANGO_SETTINGS_MODULE": "tests.benchmarks.growth.settings",
                "DEMO": "true",
            }
            command = [sys.executable, "-m", "tests.benchmarks.growth.measure"]
            return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
