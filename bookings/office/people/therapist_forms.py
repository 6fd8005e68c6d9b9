"""What the owner says of somebody who treats."""

from typing import Any, cast

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.utils.translation import gettext_lazy, ngettext

from bookings.actions.people import names
from bookings.core.training import Protocol
from bookings.models import Therapist, Treatment
from bookings.office.saving import ChosenField, RowForm, without_claims
from bookings.queries.office import offers
from bookings.web.forms import NameField, ShortText, Textarea, has_a_letter, plain

LONGEST_TEXT = 2000


class TherapistForm(RowForm):
    name = NameField(label=gettext_lazy("Name"), longest=120, validators=[has_a_letter])
    initials = ShortText(
        label=gettext_lazy("Initials"),
        longest=names.LONGEST_INITIALS,
        required=False,
        help_text=gettext_lazy("In the diary; empty, they are made of the name."),
    )
    treatments = ChosenField(
        Treatment.objects.all(),
        label=gettext_lazy("Offers these treatments"),
        help_text=gettext_lazy("Nobody can book anything else with them."),
    )
    speciality = ShortText(
        label=gettext_lazy("What runners come for"),
        required=False,
        longest=120,
        help_text=gettext_lazy("On the home page: “Calves and hips”."),
    )
    bio = ShortText(
        label=gettext_lazy("About them, in two sentences"),
        required=False,
        longest=LONGEST_TEXT,
        widget=Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "On their own page; on the home page where nothing stands that runners come for."
        ),
    )
    qualifications = ShortText(
        label=gettext_lazy("Qualifications"),
        required=False,
        longest=LONGEST_TEXT,
        widget=Textarea({"rows": 3}),
        help_text=gettext_lazy("One a line, with the year; on their own page."),
    )
    active = forms.BooleanField(label=gettext_lazy("They treat here"), required=False)

    helper = plain(
        "seen",
        Fieldset(
            gettext_lazy("Who"), "name", Div("initials", css_class="short"), "treatments", "active"
        ),
        Fieldset(gettext_lazy("What a runner reads"), "speciality", "bio", "qualifications"),
    )

    class Meta:
        model = Therapist
        fields = ["name", "initials", "speciality", "bio", "qualifications", "active"]

    def __init__(self, *args: Any, protocol: Protocol, ahead: int, **options: Any):
        super().__init__(*args, **options)
        self.protocol, made = protocol, self.instance.pk
        self.initial["treatments"] = list(self.instance.treatments.all()) if made else []
        field = cast(ChosenField, self.fields["treatments"])
        field.offer_those_of(self.instance, through="therapists")
        if ahead:
            sentence = ngettext(
                "{count} appointment to come is booked with them.",
                "{count} appointments to come are booked with them.",
                ahead,
            )
            self.fields["active"].help_text = sentence.format(count=ahead)

    def clean_name(self) -> str:
        return self.only_one(names.TREATS_ALREADY)

    def clean_initials(self) -> str:
        typed = "".join(self.cleaned_data["initials"].split())
        return typed or names.initials_of(self.cleaned_data.get("name", ""))

    def clean_speciality(self) -> str:
        return without_claims(self.cleaned_data["speciality"], self.protocol)

    def clean_bio(self) -> str:
        return without_claims(self.cleaned_data["bio"], self.protocol)

    def save(self, commit: bool = True) -> Therapist:
        """Addresses on other pages and in mails hold their slug, which never changes."""
        if not self.instance.slug:
            self.instance.slug = offers.free_slug(Therapist, self.instance.name)
        therapist = super().save(commit)
        therapist.treatments.set(self.cleaned_data["treatments"])
        if "name" in self.changed_data:
            names.as_the_diary(therapist)
        return therapist


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy(
            "A JPEG, PNG or WebP of at most 2 MB and at least 120 pixels each way. It is cut to a "
            "square about its middle; where and when it was taken is left out."
        ),
        error_messages={
            "required": gettext_lazy("Please choose a photo."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    helper = plain("photo")
