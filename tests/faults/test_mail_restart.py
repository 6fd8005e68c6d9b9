"""PostgreSQL is restarted while mail goes out."""

import os
import subprocess
import sys
import time
from contextlib import closing

import psycopg2
import pytest
from environ import Env

from clinic.demo import servers
from clinic.demo.processes import Child, stop_together
from tests.mail.post_office import PostOffice
from tests.processes import none_may_die

MAILS, PATIENCE = 60, 30
IN_DOUBT_AT_MOST = 2  # one for each sender that was interrupted


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
    return [Child.start(f"loop {n}", command, log=folder / f"loop-{n}.log", env=env) for n in "12"]


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


def test_a_restart_of_the_database_loses_no_mail_and_sends_none_twice(folder):
    with PostOffice() as office:
        office.seconds_at_data = 0.03
        with servers._postgres(folder, durable=True) as (url, _server):
            env = environment(url, office)
            make = [sys.executable, "-m", "tests.faults.owe_on_a_server_of_its_own", str(MAILS)]
            subprocess.run(make, env=env, check=True)
            loops = senders(folder, env)
            until = time.monotonic() + PATIENCE
            with none_may_die(loops):
                while len(office.messages) < 5 and time.monotonic() < until:
                    time.sleep(0.02)
        assert 5 <= len(office.messages) < MAILS
        with servers._postgres(folder, durable=True) as (url, _server):
            try:
                until = time.monotonic() + PATIENCE
                with none_may_die(loops):
                    while states(url).get("sent", 0) < MAILS - IN_DOUBT_AT_MOST:
                        assert time.monotonic() < until, states(url)
                        time.sleep(0.1)
                found = states(url)
            finally:
                stop_together(loops)
    in_doubt = MAILS - found["sent"]
    assert in_doubt <= IN_DOUBT_AT_MOST
    assert set(office.times_taken().values()) == {1}
    assert len(office.messages) >= found["sent"]
