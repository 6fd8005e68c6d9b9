"""Django's forms, as a browser would fill them in."""

from datetime import datetime, timedelta

from django.urls import reverse

from tests.clock import ZONE


def page_of(row) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def list_of(model) -> str:
    return reverse(f"admin:bookings_{model._meta.model_name}_changelist")


def new(model) -> str:
    return reverse(f"admin:bookings_{model._meta.model_name}_add")


def filled(page) -> dict:
    """What a browser would send from the page as it stands."""
    context = page.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {name: value for form in forms for name, value in _sent(form)}


def _sent(form):
    for bound in form:
        widget, value = bound.field.widget, bound.value()
        if hasattr(widget, "decompress"):
            if isinstance(value, datetime):
                value = value.astimezone(ZONE).replace(tzinfo=None)
            parts = widget.decompress(value) if not isinstance(value, list) else value
            for number, part in enumerate(parts):
                yield f"{bound.html_name}_{number}", "" if part is None else str(part)
        elif isinstance(value, list | tuple):
            yield bound.html_name, [getattr(one, "pk", one) for one in value]
        elif value is not None and value is not False:
            yield bound.html_name, value


def send(browser, url: str, **typed):
    """Opens the page, types, and saves."""
    return browser.post(url, {**filled(browser.get(url)), **typed})


def a_shift(number: int = 0, **typed) -> dict:
    """A new line under the weekly shifts of a therapist's page."""
    line = {"weekday": "0", "start": "09:00", "end": "17:00", "valid_from": "2026-01-01"}
    line |= {"every_weeks": "1", **typed}
    return {"shifts-TOTAL_FORMS": "1"} | {
        f"shifts-{number}-{name}": value for name, value in line.items()
    }


def at(moment: datetime, name: str) -> dict:
    """As the clinic's clock shows it."""
    local = moment.astimezone(ZONE)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}


def times(start: datetime, minutes: int = 60) -> dict:
    return at(start, "starts_at") | at(start + timedelta(minutes=minutes), "ends_at")


def messages(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def why_not(page) -> str:
    assert page.status_code == 200
    return " ".join(str(error) for error in page.context["errors"])
