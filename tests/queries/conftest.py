from tests.actions.conftest import book, hold, massage  # noqa: F401
