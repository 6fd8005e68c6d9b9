"""How the clinic looks: its sign, its colour, what the home page says of it."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from crispy_forms.layout import Fieldset
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.actions import looks
from bookings.actions.pictures import NoPhoto
from bookings.core.colours import A_COLOUR, nearest_readable
from bookings.core.training import Protocol
from bookings.models import Clinic
from bookings.models.clinic import validate_accent, validate_map
from bookings.office import saving
from bookings.office.saving import RowForm, without_claims
from bookings.queries.training import protocol
from bookings.web.forms import Inset, ShortText, Textarea, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

COLOUR = "colour"  # before its fields, of which two forms have a `seen`
GREEN, OWN = "", "own"
# None is near the red of refusals, the amber of warnings or the orange of race day.
PALETTE = {
    GREEN: (gettext_lazy("Taper’s green"), "#0b6b57"),
    "#1f5f8b": (gettext_lazy("Lake blue"), "#1f5f8b"),
    "#2b4a9b": (gettext_lazy("Ink blue"), "#2b4a9b"),
    "#5b3f99": (gettext_lazy("Violet"), "#5b3f99"),
    "#7a2e6b": (gettext_lazy("Plum"), "#7a2e6b"),
    "#2f6b1f": (gettext_lazy("Meadow green"), "#2f6b1f"),
    "#44525e": (gettext_lazy("Slate"), "#44525e"),
}
_CHOOSE = gettext_lazy("Choose the colour")
# The button that takes what is proposed instead of an unreadable colour.
PROPOSAL = Inset('{% include "office/wording/_nearest.html" with nearest=colour_form.nearest %}')

LINE = Inset('{% include "office/wording/_line.html" with line=form.headline.value %}')


class HomePageForm(RowForm):
    headline = ShortText(
        label=gettext_lazy("The small line above the home page’s question"),
        required=False,
        longest=120,
        help_text=gettext_lazy(
            "What the clinic is, in a few words. Empty: “Sports massage for people training for a "
            "race”."
        ),
    )
    hours_text = ShortText(
        label=gettext_lazy("Opening hours"),
        required=False,
        longest=500,
        widget=Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "As they should stand beside the address. Free times follow the rota, not this text."
        ),
    )
    map_url = ShortText(
        label=gettext_lazy("Place on a map"),
        required=False,
        longest=500,
        validators=[validate_map],
        widget=forms.URLInput,
        help_text=gettext_lazy("Copied from the map you like; its site is named on the button."),
    )

    helper = plain(
        "seen",
        Fieldset(gettext_lazy("On the home page"), "headline", LINE, "hours_text", "map_url"),
    )

    class Meta:
        model = Clinic
        fields = ["headline", "hours_text", "map_url"]

    def __init__(self, *args: Any, rules: Protocol, **options: Any):
        super().__init__(*args, **options)
        self.rules = rules

    def clean_headline(self) -> str:
        return without_claims(" ".join(self.cleaned_data["headline"].split()), self.rules)

    def clean_hours_text(self) -> str:
        return without_claims(self.cleaned_data["hours_text"], self.rules)


class ColourForm(RowForm):
    """Saved by itself: a colour that cannot be read holds up no headline."""

    accent = forms.ChoiceField(
        label=gettext_lazy("Colour of links and buttons"), required=False, widget=forms.RadioSelect
    )
    own_colour = ShortText(
        label=gettext_lazy("A colour of your own"),
        required=False,
        longest=20,
        widget=forms.TextInput({"placeholder": "#0b6b57", "data-colour": _CHOOSE}),
        help_text=gettext_lazy(
            "For pale pages; on dark ones it is made as bright as it must be to be read."
        ),
    )

    helper = plain("seen", Fieldset(gettext_lazy("Colour"), "accent", "own_colour", PROPOSAL))
    nearest = ""

    class Meta:
        model = Clinic
        fields = ["accent"]

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        chosen = self.initial["accent"]
        if chosen not in PALETTE:
            self.initial.update(accent=OWN, own_colour=chosen)
        choices = [(key, _swatch(fill, name)) for key, (name, fill) in PALETTE.items()]
        field = cast(forms.ChoiceField, self.fields["accent"])
        field.choices = [*choices, (OWN, _("A colour of your own"))]

    def clean_own_colour(self) -> str:
        """As #0b6b57, whichever way it was written; or the one that was proposed, pressed."""
        typed = self.cleaned_data["own_colour"].lower().removeprefix("#")
        if self.data.get("nearest") == nearest_of(typed):
            return nearest_of(typed)
        return f"#{_six(typed)}" if typed else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("accent") == OWN and "own_colour" not in self.errors:
            cleaned["accent"] = self._own(cleaned.get("own_colour", ""))
        return cleaned

    def _own(self, colour: str) -> str:
        try:
            validate_accent(colour)
        except ValidationError as error:
            self.add_error("own_colour", error)
            self.nearest = nearest_of(colour.removeprefix("#"))
            return self.instance.accent
        return colour


def _swatch(fill: str, name: Any) -> SafeString:
    """The colour itself before its name."""
    drawn = render_to_string("office/wording/_swatch.html", {"fill": fill})
    return format_html("{} {}", mark_safe(drawn), name)  # noqa: S308 - of a template


def nearest_of(typed: str) -> str:
    """The colour nearest to it that can be read; nothing of what is none."""
    colour = f"#{_six(typed)}"
    return nearest_readable(colour) if A_COLOUR.fullmatch(colour) else ""


def _six(digits: str) -> str:
    """#abc is short for #aabbcc."""
    return "".join(one * 2 for one in digits) if len(digits) == 3 else digits


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/webp"}),
        help_text=gettext_lazy(
            "A PNG, JPEG or WebP of at most 2 MB and at least 32 pixels each way, wide rather than "
            "high. It takes the name’s place at the head of the pages; on dark ones it stands on "
            "white."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a picture."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    helper = plain("logo")


@page_methods
def page(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return _shown(request)
    form = HomePageForm(request.POST, instance=Clinic.objects.the(), rules=protocol.current())
    return _answer(request, form, partial(_shown, request, form))


@require_POST
def colour(request: StaffRequest) -> HttpResponse:
    form = ColourForm(request.POST, instance=Clinic.objects.the(), prefix=COLOUR)
    return _answer(request, form, partial(_shown, request, colour_form=form))


def _answer(
    request: StaffRequest, form: RowForm, show: Callable[..., HttpResponse]
) -> HttpResponse:
    if not form.is_valid():
        return show(status=422)
    if not form.is_different:
        messages.info(request, _("Nothing was different, so nothing was changed."))
    elif refusal := saving.refusal_of(request, form):
        return show(refusal=refusal, status=409)
    else:
        messages.success(request, _("That is how the clinic looks now."))
    return redirect("office:looks")


@require_POST
def logo(request: StaffRequest) -> HttpResponse:
    if request.POST.get("do") == "remove":
        looks.take_the_logo_away()
        messages.success(request, _("The name stands at the head of the pages again."))
        return redirect("office:looks")
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            looks.show_logo(form.cleaned_data["logo"].read())
        except NoPhoto as refusal:
            form.add_error("logo", str(refusal))
        else:
            messages.success(request, _("That is the logo now."))
            return redirect("office:looks")
    return _shown(request, logo_form=form, status=422)


def _shown(
    request: StaffRequest,
    form: HomePageForm | None = None,
    *,
    colour_form: ColourForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """With the clinic as it stands, not as it is typed, but for the form that was sent."""
    context.setdefault("logo_form", LogoForm())
    context["colour_form"] = colour_form or ColourForm(instance=Clinic.objects.the(), prefix=COLOUR)
    form = form or HomePageForm(instance=Clinic.objects.the(), rules=protocol.current())
    context["made"] = Clinic.objects.the()
    answer = saving.shown(request, "office/wording/looks.html", form, **context)
    answer.status_code = status
    return answer
