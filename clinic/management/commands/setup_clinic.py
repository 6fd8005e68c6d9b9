"""manage.py setup_clinic: asks a few questions, and the clinic can be booked."""

import os
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import click
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from bookings.models import Clinic
from bookings.models.clinic import validate_currency, validate_zone
from bookings.queries.training import protocol
from bookings.web.forms import NumberField
from clinic.operations import setup
from clinic.operations.setup import CannotBeRead, Person, SetupAnswers

Read = TypeVar("Read")
PASSWORD = "OWNER_PASSWORD"  # noqa: S105 - the variable's name
A_PRICE = NumberField(min_value=0, max_digits=8, decimal_places=2)
# Option, question, what Enter means (None: it must be said).
QUESTIONS = (
    ("name", "The clinic's name", None),
    ("address", "Its address, on one line", None),
    ("phone", "Its phone number", None),
    ("email", "Its e-mail address, to which clients reply", None),
    ("zone", "Its time zone", "Europe/London"),
    ("currency", "Its currency", "GBP"),
    ("owner-name", "Your name, as the owner", None),
    ("owner-email", "The e-mail address you will sign in with", None),
    ("therapist-name", "A therapist's name (Enter: it is you)", ""),
    ("therapist-email", "Their e-mail address to sign in with (Enter: none yet, or yours)", ""),
    ("hours", "When they work", "mon-fri 9-17"),
    ("room", "The room's name", "Room 1"),
)


class Command(BaseCommand):
    help = (
        "Sets up an empty database: the clinic, its owner, a therapist with hours, a room, and a "
        "treatment for each length of session in the protocol. Asks what no option says; the "
        f"password is asked for too, or read from the variable {PASSWORD}."
    )
    requires_system_checks = []  # they load every page, for which nobody waits

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--noinput", action="store_false", dest="ask", help="never asks")
        for option, question, _ in QUESTIONS:
            parser.add_argument(f"--{option}", help=question)
        parser.add_argument(
            "--price", action="append", default=[], metavar="MINUTES=PRICE", help="such as 60=62.00"
        )

    def handle(self, **options: Any) -> None:
        if setup.is_done():
            raise CommandError("There is a clinic here already; nothing was changed.")
        self._options = options
        try:
            answers = self._answers()
            clinic = setup.set_up(answers, protocol.default(), today=_today(answers.clinic))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except click.Abort:
            raise CommandError("Stopped; nothing was set up.") from None
        self._say_what_next(clinic, answers)

    def _answers(self) -> SetupAnswers:
        clinic = Clinic(
            name=self._ask("name", _something),
            address=self._ask("address", _something),
            phone=self._ask("phone", _something),
            email=self._ask("email", _valid(validate_email)),
            timezone=self._ask("zone", _valid(validate_zone)),
            currency=self._ask("currency", _valid(validate_currency)),
        )
        owner = Person(
            self._ask("owner-name", _something), self._ask("owner-email", _valid(validate_email))
        )
        return SetupAnswers(
            clinic=clinic,
            owner=owner,
            password=self._password(),
            therapist=self._therapist(owner),
            hours=self._ask("hours", setup.read_hours),
            room=self._ask("room", _something),
            prices=self._prices(),
        )

    def _therapist(self, owner: Person) -> Person:
        name = self._ask("therapist-name", str)
        email = self._ask("therapist-email", _valid(validate_email, or_nothing=True))
        return Person(name, email) if name else Person(owner.name, email or owner.email)

    def _prices(self) -> dict[int, Decimal]:
        said = dict(price.partition("=")[::2] for price in self._options["price"])
        return {
            minutes: self._read(said.get(str(minutes)), f"Price of {minutes} minutes", None, _price)
            for minutes in setup.lengths(protocol.default())
        }

    def _ask(self, option: str, read: Callable[[str], Read]) -> Read:
        question, default = next((q, d) for name, q, d in QUESTIONS if name == option)
        return self._read(self._options[option.replace("-", "_")], question, default, read)

    def _read(
        self, said: str | None, question: str, default: str | None, read: Callable[[str], Read]
    ) -> Read:
        """An option that cannot be read ends the command; a typed answer is asked for again."""
        if said is None and self._options["ask"]:
            return click.prompt(
                question, default or "", show_default=bool(default), value_proc=_again_until(read)
            )
        try:
            return read((default or "" if said is None else said).strip())
        except (ValidationError, CannotBeRead) as error:
            raise CommandError(f"{question}: {_words(error)}") from error

    def _password(self) -> str:
        if password := os.environ.get(PASSWORD, ""):
            validate_password(password)
            return password
        if not self._options["ask"]:
            raise CommandError(f"Set {PASSWORD}.")
        while True:
            password = click.prompt(
                "A password, of at least 12 characters",
                hide_input=True,
                confirmation_prompt="The same once more",
            )
            try:
                validate_password(password)
            except ValidationError as error:  # of hidden input click would only say that it is bad
                click.echo(f"Error: {_words(error)}")
            else:
                return password

    def _say_what_next(self, clinic: Clinic, answers: SetupAnswers) -> None:
        site = settings.SITE_URL
        self.stdout.write(
            f"\n{clinic} can be booked: {site}/\n"
            f"Sign in at {site}/accounts/login/ as {answers.owner.email}; you will be asked to "
            "set up a second factor.\n"
            f"Then read your terms and privacy notice at {site}/office/texts/: they have gaps that "
            "only you can fill in.\n"
        )


def _today(clinic: Clinic) -> date:
    clinic.clean_fields(exclude=["id"])
    return clinic.day_of(timezone.now())


def _again_until(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """In click's way of asking once more."""

    def value_proc(typed: str) -> Read:
        try:
            return read(typed.strip())
        except (ValidationError, CannotBeRead) as error:
            raise click.UsageError(_words(error)) from error

    return value_proc


def _something(typed: str) -> str:
    if not typed:
        raise CannotBeRead("This is needed.")
    return typed


def _valid(validate: Callable[[str], Any], *, or_nothing: bool = False) -> Callable[[str], str]:
    def read(typed: str) -> str:
        if typed or not or_nothing:
            validate(typed)
        return typed

    return read


def _price(typed: str) -> Decimal:
    try:
        return A_PRICE.clean(typed)
    except ValidationError:
        raise CannotBeRead("A price is a number, such as 62.00.") from None


def _words(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
