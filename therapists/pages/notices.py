"""What somebody who works here is told, when, and on which devices beside the mail."""

from datetime import time
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.core.roles import Role
from bookings.models import User
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private
from therapists.core import web_push_keys
from therapists.models import NoticeKind, NoticeWishes, PushDevice

OF_THERAPISTS = (
    NoticeKind.BOOKED, NoticeKind.GONE, NoticeKind.HELD_HERE, NoticeKind.TO_READ,
    NoticeKind.TIME_OFF,
)  # fmt: skip

QUIET = ("quiet_from", "quiet_until")


class WishesForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Tell me of"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = NoticeWishes
        fields = ("by_mail", "hourly", "quiet_from", "quiet_until")
        labels = {
            "by_mail": gettext_lazy("By mail too, where a device of mine is told"),
            "hourly": gettext_lazy("Together, once an hour, instead of at once"),
            "quiet_from": gettext_lazy("Nothing from"),
            "quiet_until": gettext_lazy("until"),
        }
        widgets = {
            name: forms.TimeInput({"type": "time", "class": "form-control"}, format="%H:%M")
            for name in ("quiet_from", "quiet_until")
        }

    def __init__(self, *args: Any, offered: list[NoticeKind], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offered = offered
        kinds = cast(forms.MultipleChoiceField, self.fields["kinds"])
        kinds.choices = [(one.value, one.label) for one in offered]
        self.initial["kinds"] = [one.value for one in offered if one not in self.instance.off]

        for name in QUIET:
            self.fields[name].required = False
            if self.instance.quiet_from == self.instance.quiet_until:
                self.initial[name] = None

    def clean(self) -> dict[str, Any]:
        """Both left empty: no quiet hours, which both ends alike say in the row."""
        said = super().clean() or self.cleaned_data
        empty = [name for name in QUIET if name not in self.errors and said.get(name) is None]
        if len(empty) == len(QUIET):
            said.update(dict.fromkeys(QUIET, time.min))
        else:
            for name in empty:
                self.add_error(name, _("Please say both ends, or leave both empty."))
        return said

    def save(self, commit: bool = True) -> NoticeWishes:
        wanted = self.cleaned_data["kinds"]
        self.instance.off = [one.value for one in self.offered if one.value not in wanted]
        return super().save(commit)


def kinds_for(roles: frozenset[Role]) -> list[NoticeKind]:
    """Those that somebody of these roles can be told of."""
    kinds = list(OF_THERAPISTS) if Role.THERAPIST in roles else []
    if roles & {Role.DESK, Role.OWNER}:
        kinds.append(NoticeKind.SICK)
    if Role.OWNER in roles:
        kinds += [NoticeKind.ALARM, NoticeKind.TROUBLE, NoticeKind.BACKUP]
    return kinds


@page_methods
@private
def page(request: StaffRequest) -> HttpResponse:
    found = NoticeWishes.objects.filter(user=request.user).first()
    form = WishesForm(
        request.POST or None,
        instance=found or NoticeWishes(user=request.user),
        offered=kinds_for(request.roles),
        label_suffix="",
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Kept."))
        return redirect("therapists:notices")
    key = settings.PUSH_KEY and web_push_keys.public_half(settings.PUSH_KEY)
    context = {"form": form, "devices": _devices(request.user), "push_key": key}
    status = 422 if request.method == "POST" else 200
    return render(request, "therapists/notices.html", context, status=status)


def _devices(user: User) -> list[tuple[PushDevice, str]]:
    """Each with a digest, by which a browser finds itself; no address is shown."""
    return [(one, sha256(one.endpoint.encode()).hexdigest()) for one in user.push_devices.open()]
