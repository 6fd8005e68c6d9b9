"""How much is measured: as it counts, or as little as shows that it still runs (SIZE=toy)."""

import os

TOY = os.environ.get("SIZE") == "toy"


def size(full: int, *, toy: int) -> int:
    return toy if TOY else full
