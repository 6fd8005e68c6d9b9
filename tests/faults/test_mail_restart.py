"""PostgreSQL is restarted while mail goes out."""

import os
import subprocess
import sys
from contextlib import closing
from threading import Event

import psycopg2
import pytest
from environ import Env

from clinic.demo import servers
from clinic.demo.processes import Child, stop_together
from tests import patience
from tests.mail.post_office import PostOffice
from tests.processes import none_may_die

MAILS, BEFORE = 60, 5
SENDERS = "12"
IN_DOUBT_AT_MOST = len(SENDERS)  # one for each, since each is interrupted


@pytest.fixture
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pg")
    made.chmod(0o711)
    return made


def environment(url: str, office: PostOffice) -> dict[str, str]:
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(office.port)}
    return {**os.environ, "DATABASE_URL": url, **mail}


def senders(folder, env) -> list[Child]:
    command = [sys.executable, "manage.py", "send_mail_loop", "--after", "0", "--every", "0.1"]
    return [
        Child.start(f"loop {n}", command, log=folder / f"loop-{n}.log", env=env) for n in SENDERS
    ]


def states(url: str) -> dict[str, int]:
    place = Env.db_url_config(url)
    with (
        closing(
            psycopg2.connect(dbname=place["NAME"], user=place["USER"], host=place["HOST"])
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT state, count(*) FROM bookings_mail GROUP BY state")
        return dict(cursor.fetchall())


class Held:
    """The post office takes so many messages; then each waits for the database to be gone."""

    def __init__(self, office: PostOffice):
        self._office, self._gone, self.waiting = office, Event(), 0

    def __call__(self) -> None:
        if len(self._office.messages) >= BEFORE and not self._gone.is_set():
            self.waiting += 1
            self._gone.wait(patience.seconds())

    def let_go(self) -> None:
        self._gone.set()


def test_a_restart_of_the_database_loses_no_mail_and_sends_none_twice(folder):
    with PostOffice() as office:
        office.while_taking = held = Held(office)
        with servers._postgres(folder, durable=True) as (url, _server):
            env = environment(url, office)
            make = [sys.executable, "-m", "tests.faults.owe_on_a_server_of_its_own", str(MAILS)]
            subprocess.run(make, env=env, check=True)
            loops = senders(folder, env)
            with none_may_die(loops):
                patience.wait_for(
                    lambda: held.waiting == len(SENDERS), otherwise=lambda: states(url)
                )
        held.let_go()
        assert BEFORE <= len(office.messages) <= BEFORE + len(SENDERS)
        with servers._postgres(folder, durable=True) as (url, _server):
            try:
                most = MAILS - IN_DOUBT_AT_MOST
                with none_may_die(loops):
                    patience.wait_for(
                        lambda: states(url).get("sent", 0) >= most, otherwise=lambda: states(url)
                    )
                stop_together(loops)
                found = states(url)
            finally:
                stop_together(loops)
    in_doubt = MAILS - found["sent"]
    assert in_doubt <= IN_DOUBT_AT_MOST
    assert set(office.times_taken().values()) == {1}
    assert len(office.messages) >= found["sent"]
