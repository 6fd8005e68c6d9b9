from tests.actions.conftest import book, clinic, hold, kim, massage, room, start  # noqa: F401
