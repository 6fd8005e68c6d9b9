"""Read by gunicorn wherever it is started from this folder; its command line has the last word."""

from typing import Any

from gunicorn.glogging import Logger

from clinic.redacting import redacted


class LoggerWithoutTokens(Logger):
    """An access log, if one is asked for, holds no address that would open a page."""

    def atoms(self, *asked: Any) -> dict[str, Any]:
        atoms = super().atoms(*asked)
        return {
            name: redacted(value) if isinstance(value, str) else value
            for name, value in atoms.items()
        }


logger_class = LoggerWithoutTokens
control_socket_disable = True
