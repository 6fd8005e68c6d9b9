"""A small server in a thread of the test, which ends with it."""

import threading
from typing import Any, Self


class ThreadServer:
    """Whoever inherits makes the `server`, with what it answers."""

    server: Any

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
