from tests.actions.conftest import book, hold, massage, slot  # noqa: F401
