import pytest

from bookings.core.roles import Role
from tests import factories
from tests.cast import sign_in
from tests.page_fixtures import *  # noqa: F403 - fixtures


@pytest.fixture
def desk(client, clinic):
    """The test's own browser, signed in as the desk."""
    return sign_in(client, factories.make_user("desk@example.com", role=Role.DESK))
