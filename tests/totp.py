"""The codes that an authenticator app shows, by RFC 6238, written down apart from the library."""

import base64
import hmac
import struct
import time


def code_of(secret: str, at: float | None = None) -> str:
    """Six digits for the half minute of `at` (seconds since the epoch)."""
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"
