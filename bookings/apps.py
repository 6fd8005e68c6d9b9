from django.apps import AppConfig

from bookings.form_sentences import say_it_in_our_words

say_it_in_our_words()  # apps are imported before any form is


class BookingsConfig(AppConfig):
    name = "bookings"
