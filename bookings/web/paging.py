"""Lists of which there may be millions."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class NewestPages(Paginator):
    """Nobody turns all the pages of a million rows: they are not even counted to the end."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows[: self.most].count() if isinstance(rows, QuerySet) else len(rows)

    @property
    def has_more(self) -> bool:
        """Or just as many."""
        return self.count == self.most
