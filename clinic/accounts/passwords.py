"""What a new password must not be: one that others have, with a year behind it or not."""

import re
from typing import Any

from allauth.core import context
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from bookings.actions import logins
from bookings.models import SignInKind, User

# Of zxcvbn's scale from 0 to 4: from ten million guesses on somebody who knows lists is held up.
LEAST_SCORE = 3
LONGEST_LOOKED_AT = 72  # characters; what follows makes no password easier
ABOUT_US = ("taper", "clinic", "sports", "massage", "runner", "marathon")


class GuessablePasswordValidator:
    """The lists come with zxcvbn, which knows how people vary what is in them."""

    def validate(self, password: str, user: Any = None) -> None:
        about = [*ABOUT_US, *_words_about(user)]
        if zxcvbn(password[:LONGEST_LOOKED_AT], user_inputs=about)["score"] < LEAST_SCORE:
            raise ValidationError(
                _(
                    "Others use a password like this one, so it is tried first. Four words that "
                    "have nothing to do with each other are easy to keep and hard to guess."
                ),
                code="password_guessable",
            )

    def password_changed(self, _password: str, user: User) -> None:
        """Django calls it whenever one has been saved: here, that of a login in use by a command.

        What is done on a page, allauth's signals tell, and its mails.
        """
        if context.request is None and user.last_login:
            now = timezone.now()
            logins.note(SignInKind.PASSWORD_CHANGED, now=now, user=user, by="program")
            logins.tell_both(user, "password_set_for_you", now=now)

    def get_help_text(self) -> str:
        return _("Not one that many people have, nor a word with a number behind it.")


class AnotherPasswordValidator:
    """A password was taken away or is changed because somebody else may know it."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is not None and user.had(password):
            raise ValidationError(
                _(
                    "That is the password this login has had so far. Somebody else may know it, "
                    "so please choose another one."
                ),
                code="password_had_before",
            )

    def get_help_text(self) -> str:
        return _("Not the one you have had so far.")


def _words_about(user: Any) -> list[str]:
    if user is None:
        return []
    told = f"{user.email} {user.name}"
    return [told, *re.split(r"[@ ]", told), *re.split(r"\W+", told)]
