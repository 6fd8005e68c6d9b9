from importlib import import_module

from django.apps import AppConfig

from bookings import rejected_posts


class TherapistsConfig(AppConfig):
    name = "therapists"

    def ready(self) -> None:
        """Once there are models: what was typed about health is kept when it is refused."""
        draft_recovery = import_module("therapists.pages.draft_recovery")
        rejected_posts.keepers.append(draft_recovery.keep)
