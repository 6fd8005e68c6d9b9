"""A mail server that takes everything and keeps nothing: a program; its argument is a port."""

import sys
import time

from aiosmtpd.controller import Controller


class TakesAll:
    async def handle_DATA(self, _server, _session, _envelope):  # noqa: N802 - aiosmtpd's name
        return "250 taken"


if __name__ == "__main__":
    Controller(TakesAll(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    while True:
        time.sleep(60)
