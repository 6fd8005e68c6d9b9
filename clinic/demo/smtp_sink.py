"""The demo's mail server: keeps each message as a file and passes none on."""

import asyncio
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

KEPT = 500


class Catcher:
    """Writes a message under a name that sorts by arrival; the oldest beyond KEPT go."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.numbers = count(1)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        name = f"{time.time_ns():020d}-{next(self.numbers)}"
        unfinished = self.folder / f"{name}.unfinished"
        unfinished.write_bytes(envelope.original_content)
        unfinished.rename(self.folder / f"{name}.eml")
        for old in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return "250 kept"


async def catch(folder: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Catcher(folder), enable_SMTPUTF8=True, hostname="localhost"),
        host="127.0.0.1",
        port=port,
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(catch(Path(sys.argv[1]), int(sys.argv[2])))
