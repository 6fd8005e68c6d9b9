"""gunicorn's worker that gives a thread only to a whole request (docs/adr/0014-slow-clients.md).

gunicorn starts, stops and replaces the processes; in each, waitress takes requests in and gives
answers out in one loop, so that a client who sends or reads slowly holds a socket and no thread.
"""

import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ErrorTask, Task, ThreadedTaskDispatcher, WSGITask
from waitress.utilities import RequestEntityTooLarge

from bookings.queries.shared import CAME_AT
from clinic.middleware.body_size import MOST_BYTES, most_bytes
from clinic.middleware.constant_time import HOLD_ANSWER
from clinic.operations.call_stack import with_room
from clinic.web_server.lanes import MOST_LOOKING, Lanes

MOST_HEADER_BYTES = 32_768
MOST_CONNECTIONS = 2_000  # of a process
SECONDS_TO_SEND = 20  # a client has for a request, from its first byte to its last
SECONDS_TO_SEND_WHEN_FULL = 3  # where half of the connections are taken
SECONDS_TO_READ = 300  # a client has for an answer, from when it is ready
SECONDS_IDLE = 30  # a connection may be without a request
SECONDS_BETWEEN_LOOKS = 2
FILES_BESIDE = 200  # databases, logs, pages as files


class TimedRequest(HTTPRequestParser):
    path = command = ""  # of one whose head cannot be read

    def __init__(self, adj: Adjustments):
        super().__init__(adj)
        self.began = time.monotonic()
        self.whole_at = 0.0

    def received(self, data: bytes) -> int:
        taken = super().received(data)
        if self.completed and not self.whole_at:
            self.whole_at = time.monotonic()
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        """How much may follow depends on the page."""
        super().parse_header(header_plus)
        most = most_bytes(self.path)
        if most != MOST_BYTES:
            self.adj: Adjustments = copy(self.adj)
            self.adj.max_request_body_size = most


class _HeadAlone(Task):
    def write(self, data: bytes) -> None:
        """To HEAD the head alone: a body would be taken for the answer to the next request."""
        super().write(b"" if self.request.command == "HEAD" else data)
        if self.request.command == "HEAD":
            self.chunked_response = False  # or the end of its chunks would follow


class RefusingTask(_HeadAlone, ErrorTask):
    pass


class HoldingTask(_HeadAlone, WSGITask):
    def get_environment(self) -> dict[str, Any]:
        environ = super().get_environment()
        environ[HOLD_ANSWER] = self.channel.hold_until
        environ[CAME_AT] = self.request.whole_at
        return environ


class TooLargeTask(HoldingTask):
    """Whoever says that they send too much reads why on a page; nothing of it has been read."""

    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()


def refusal(channel: HTTPChannel, request: TimedRequest) -> Task:
    """On a page where it is refused by the length that it says, else in a line."""
    says_too_much = request.content_length >= most_bytes(request.path)
    if says_too_much and isinstance(request.error, RequestEntityTooLarge):
        return TooLargeTask(channel, request)
    return RefusingTask(channel, request)


class TimedChannel(HTTPChannel):
    """A connection that knows since when its client has been sending or reading."""

    parser_class = TimedRequest
    task_class = HoldingTask
    error_task_class = staticmethod(refusal)
    since = 0.0
    not_before = 0.0

    def hold_until(self, when: float) -> None:
        """The answer to come is ready, but leaves then (time.monotonic's seconds)."""
        self.not_before = when

    @property
    def is_held(self) -> bool:
        return time.monotonic() < self.not_before

    def writable(self) -> bool:
        return super().writable() and (self.will_close or not self.is_held)

    def _flush_some(self, do_close: bool = True) -> bool:
        return not self.is_held and super()._flush_some(do_close=do_close)

    def service(self) -> None:
        self.since = time.monotonic()
        super().service()
        self.since = time.monotonic()

    @property
    def is_busy(self) -> bool:
        return bool(self.requests or self.total_outbufs_len or self.request)

    def takes_too_long(self, now: float, seconds_to_send: float) -> bool:
        """Whether the client does; while we work on an answer nobody is hurried."""
        waits_for_us = self.requests and self.total_outbufs_len <= self.adj.outbuf_high_watermark
        if waits_for_us:
            return False
        if self.total_outbufs_len:
            return now - self.since > SECONDS_TO_READ
        return self.request is not None and now - self.request.began > seconds_to_send


class _Patient:
    """A listener that ends what takes too long, and lets others accept while many wait."""

    channel_class = TimedChannel

    def maintenance(self: Any, now: float) -> None:
        super().maintenance(now)  # type: ignore[misc]
        is_full = len(self.active_channels) > MOST_CONNECTIONS / 2
        patience = SECONDS_TO_SEND_WHEN_FULL if is_full else SECONDS_TO_SEND
        for channel in self.active_channels.values():
            if channel.takes_too_long(time.monotonic(), patience):
                channel.will_close = True

    def readable(self: Any) -> bool:
        is_free = len(self.task_dispatcher.queue) <= MOST_LOOKING
        return super().readable() and is_free  # type: ignore[misc]


class TcpListener(_Patient, TcpWSGIServer):
    pass


class UnixListener(_Patient, UnixWSGIServer):
    pass


class RoomyThreads(ThreadedTaskDispatcher):
    def handler_thread(self, thread_no: int) -> None:
        with_room(partial(super().handler_thread, thread_no))


class BufferedWorker(Worker):
    """gunicorn.conf.py names it; the command says --workers and --threads."""

    def run(self) -> None:
        _allow_many_files()
        self.adj = Adjustments(
            threads=self.cfg.threads,
            connection_limit=MOST_CONNECTIONS,
            cleanup_interval=SECONDS_BETWEEN_LOOKS,
            channel_timeout=SECONDS_IDLE,
            max_request_body_size=MOST_BYTES,
            max_request_header_size=MOST_HEADER_BYTES,
            clear_untrusted_proxy_headers=False,  # bookings.web.visitor knows whom to believe
            log_socket_errors=False,
            ident=None,
        )
        self.tasks = RoomyThreads()
        self.tasks.queue = Lanes()
        self.tasks.set_thread_count(self.cfg.threads)
        self.map: dict[int, Any] = {}
        self.listeners = [self._listener(one.sock) for one in self.sockets]
        while self.alive and self._has_a_master():
            self._turn()
        self._stop()

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        for listener in getattr(self, "listeners", []):
            listener.pull_trigger()  # ends the wait

    def _listener(self, sock: socket.socket) -> TcpListener | UnixListener:
        kind: Callable[..., Any] = UnixListener if sock.family == socket.AF_UNIX else TcpListener
        sockinfo = (sock.family, sock.type, sock.proto, sock.getsockname())
        return kind(
            self.wsgi,
            self.map,
            _sock=sock,
            dispatcher=self.tasks,
            adj=self.adj,
            sockinfo=sockinfo,
            bind_socket=False,
        )

    def _turn(self) -> None:
        self.notify()
        held = [one.not_before - time.monotonic() for one in self._channels() if one.is_held]
        wasyncore.loop(timeout=max(0, min([1, *held])), use_poll=True, map=self.map, count=1)

    def _channels(self) -> Iterator[TimedChannel]:
        for listener in self.listeners:
            yield from listener.active_channels.values()

    def _has_a_master(self) -> bool:
        return self.ppid == os.getppid()

    def _stop(self) -> None:
        """What has begun is finished, for as long as gunicorn's graceful_timeout lets it."""
        until = time.monotonic() + self.cfg.graceful_timeout
        for listener in self.listeners:
            listener.accepting = False
        while time.monotonic() < until and self._is_busy():
            self._turn()
        self.tasks.shutdown(timeout=0)
        wasyncore.close_all(self.map, ignore_all=True)

    def _is_busy(self) -> bool:
        return any(channel.is_busy for channel in self._channels())


def _allow_many_files() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS * 3 + FILES_BESIDE  # a socket, and files for what is large
    enough = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
