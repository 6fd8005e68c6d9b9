"""What costs much to write and is the same for whoever has told the same (bookings/pieces.py)."""

from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms, template
from django.utils import timezone

from bookings.pieces import piece
from bookings.web.training.hills import Hills

register = template.Library()


@register.simple_tag
def hills(drawing: Hills, in_words: str, *, presses: bool = False, waits: bool = False) -> str:
    """Where it `presses`, its pins lead to the sessions; what is booked `waits` to be confirmed."""
    shown = {"in_words": in_words, "presses": presses, "waits": waits}
    edition = (drawing, shown, timezone.localdate())
    return piece("web/training/hills.html", edition, lambda: {"hills": drawing, **shown})


@register.simple_tag
def fields_of(form: forms.Form, helper: FormHelper | None = None) -> str:
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
    choices = list(field.choices) if isinstance(field, forms.ChoiceField) else ()
    initial = form.get_initial_for_field(field, name)
    said = str(field.label), str(field.help_text)
    return name, initial, choices, said, field.required, field.disabled, field.widget.attrs
