from tests.actions.conftest import book, clinic, hold, kim, massage, room, slot, start  # noqa: F401
