"""What costs much to write and is the same for whoever has told the same (bookings/pieces.py)."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms, template
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone

from bookings.pieces import piece, piece_with_forms, values_of
from bookings.web.training.hills import Hills
from bookings.web.training.plan_page import PlanPage, Proposal
from bookings.web.training.plan_store import AnybodysPages, SessionPlan

PROPOSAL = "web/training/_proposal.html"

register = template.Library()


@register.simple_tag
def hills(drawing: Hills, in_words: str, *, presses: bool = False, waits: bool = False) -> str:
    """Where it `presses`, its pins lead to the sessions; what is booked `waits` to be confirmed."""
    shown = {"in_words": in_words, "presses": presses, "waits": waits}
    edition = (drawing, shown, timezone.localdate())
    return piece("web/training/hills.html", edition, lambda: {"hills": drawing, **shown})


@register.simple_tag
def phases_in_words(page: PlanPage, own: object) -> str:
    """The table of what the hills show; with the days of one's `own` plan, where there is one."""
    shown = {"page": {"stretches": page.stretches}, "own": bool(own)}
    rows = [{**vars(one), "phase": one.phase.phase} for one in page.stretches]
    edition = (rows, shown["own"], page.protocol.digest)
    return piece("web/training/ribbon/_table.html", edition, lambda: shown)


@register.simple_tag(takes_context=True)
def proposal(context: Context, row: Proposal) -> str:
    """Kept for newcomers, who are offered the same for the same race; never with what is theirs."""
    store, page, clinic = context["store"], context["page"], context["clinic"]
    if isinstance(store, SessionPlan) and row.is_open:
        of_page = {"can_be_booked": page.can_be_booked}
        shown = {"proposal": row, "page": of_page, "clinic": clinic, "store": AnybodysPages()}
        edition = (row.edition, of_page, page.protocol.digest, values_of(clinic))
        today, token = timezone.localdate(), context["csrf_token"]
        return piece_with_forms(PROPOSAL, (edition, today), lambda: shown, token)
    with context.push(proposal=row):
        return cast(Any, get_template(PROPOSAL)).template.render(context)


@register.simple_tag
def fields_of(form: Any, helper: FormHelper | None = None) -> str:
    """As `{% crispy %}` writes them; kept where nobody has sent the form yet."""
    helper = helper or form.helper
    if form.is_bound:
        return render_crispy_form(form, helper)
    names = [one.name for one in helper.layout.get_field_names()]
    each = [_edition(form, name) for name in names]
    edition = (type(form).__qualname__, form.auto_id, form.prefix, each)
    return piece("web/_fields.html", edition, lambda: {"form": form, "helper": helper})


def _edition(form: forms.Form, name: str) -> tuple:
    """All that one form of a kind may have otherwise than the next."""
    field = form.fields[name]
    choices = list(cast(Any, field).choices) if isinstance(field, forms.ChoiceField) else ()
    initial = form.get_initial_for_field(field, name)
    said = str(field.label), str(field.help_text)
    return name, initial, choices, said, field.required, field.disabled, field.widget.attrs
