"""What whoever runs the machine does about second factors."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.management import CommandError, call_command

from tests.clinic.accounts.conftest import SECRET
from tests.totp import code_of


def test_who_has_lost_everything_sets_up_anew(signed_in_with_app, with_an_app, type_password):
    call_command("reset_second_factor", with_an_app.email.upper())
    assert signed_in_with_app.get("/desk/")["Location"].startswith("/accounts/login/")
    assert type_password(with_an_app.email).get("/desk/")["Location"] == "/accounts/2fa/"


def test_an_address_that_is_nobodys_is_refused(clinic):
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("reset_second_factor", "nobody@example.com")


def test_who_has_the_keys_of_health_data_opens_no_second_factor(with_an_app, settings):
    sealed = Authenticator.objects.get(user=with_an_app).data["secret"].encode()
    with pytest.raises(InvalidToken):
        MultiFernet([Fernet(key) for key in settings.HEALTH_KEYS]).decrypt(sealed)
    assert MultiFernet([Fernet(key) for key in settings.FACTOR_KEYS]).decrypt(sealed)


def test_factors_sealed_when_there_was_one_ring_are_moved_to_their_own(with_an_app, settings):
    """The way of an upgrade: HEALTH_KEYS behind the new key, rotate, take them away."""
    new = settings.FACTOR_KEYS
    settings.FACTOR_KEYS = [*settings.HEALTH_KEYS, *new]  # as it was
    call_command("rotate_second_factors")
    settings.FACTOR_KEYS = [*new, *settings.HEALTH_KEYS]
    call_command("rotate_second_factors")
    settings.FACTOR_KEYS = new
    app = Authenticator.objects.get(user=with_an_app)
    assert app.wrap().validate_code(code_of(SECRET))


def test_factors_survive_a_change_of_keys(with_an_app, settings):
    codes = RecoveryCodes.activate(with_an_app).get_unused_codes()
    old = settings.FACTOR_KEYS[0]
    settings.FACTOR_KEYS = [Fernet.generate_key().decode(), old]
    call_command("rotate_second_factors")
    settings.FACTOR_KEYS = settings.FACTOR_KEYS[:1]
    app, recovery = Authenticator.objects.filter(user=with_an_app).order_by("type").reverse()
    assert app.wrap().validate_code(code_of(SECRET))
    assert recovery.wrap().get_unused_codes() == codes
