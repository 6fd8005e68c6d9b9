import pytest

from bookings.core.roles import Role
from tests import factories
from tests.page_fixtures import *  # noqa: F403 - fixtures


@pytest.fixture
def desk(client, clinic):
    """The test's own browser, signed in as the desk."""
    client.force_login(factories.make_user("desk@example.com", role=Role.DESK))
    return client
