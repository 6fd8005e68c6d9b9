from importlib import import_module

from django.apps import AppConfig

from bookings import rejected_posts
from bookings.form_sentences import say_it_in_our_words

say_it_in_our_words()  # apps are imported before any form is


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        """Once there are models: what the desk typed is kept when it is refused at the door."""
        unsaved = import_module("bookings.desk.scheduling.unsaved")
        rejected_posts.keepers.append(unsaved.keep)
