"""A database that has never been used, as a clinic's machine has on its first day."""

import os
from contextlib import contextmanager

import psycopg2
import pytest


@pytest.fixture(scope="module")
def new_database():
    """The address of an empty database on the tests' server."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"first_day_{os.getpid()}"
    with on_the_server() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    with on_the_server() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def on_the_server():
    folder = os.environ["DATABASE_URL"].partition("@")[2].rpartition("/")[0]
    connection = psycopg2.connect(host=folder, user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()
