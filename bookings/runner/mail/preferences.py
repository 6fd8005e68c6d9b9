"""Which mails somebody wants: from a link in every mail, without signing in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from bookings.actions.mail import preferences as preferring
from bookings.links import Purpose, client_url, read_client_token, still_goes_to
from bookings.models import Client, MailGroup
from bookings.web.client_links import for_a_client, joined_with
from bookings.web.forms import plain
from bookings.web.responses import page_methods, private


class PreferencesForm(forms.Form):
    """Of the groups of which we send any."""

    reminders = forms.BooleanField(
        label=gettext_lazy("Reminders of appointments I have booked"), required=False
    )
    nudges = forms.BooleanField(
        label=gettext_lazy("Sessions that would suit my training"), required=False
    )
    news = forms.BooleanField(
        label=gettext_lazy("Times that come free while I am on the waiting list"), required=False
    )

    helper = plain("reminders", "nudges", "news")


@page_methods
@for_a_client(Purpose.PREFERENCES, says_yes=False)
def preferences(request: HttpRequest, client: Client, _facts: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        form.is_valid()
        for group in map(MailGroup, form.fields):
            wanted = form.cleaned_data[group]
            said = str(form.fields[group].label)
            preferring.choose(
                client, group, wanted=wanted, how="mail link", wording=said, now=timezone.now()
            )
        messages.success(request, _("Saved."))
        return redirect(request.path)
    chosen = {name: getattr(client, MailGroup(name).field) for name in PreferencesForm.base_fields}
    form = PreferencesForm(initial=chosen)
    context = {
        "form": form,
        "client": client,
        "places": client.waits_for.waiting().count(),
        "your_data_url": client_url(Purpose.YOUR_DATA, client),
    }
    return render(request, "runner/mail/preferences.html", context)


@csrf_exempt  # RFC 8058: a mail program posts, with no cookie and no page of ours before it.
@page_methods
@private
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One POST stops mails of one group; looking changes nothing. It says nothing of the client."""
    client, group, is_in_force = _read(token)
    if request.method == "POST":
        preferring.choose(client, group, wanted=False, how="one click", now=timezone.now())
    context = {
        "group": group,
        "is_stopped": request.method == "POST" or not getattr(client, group.field),
        "preferences_url": client_url(Purpose.PREFERENCES, client) if is_in_force else "",
    }
    return render(request, "runner/mail/unsubscribe.html", context)


def _read(token: str) -> tuple[Client, MailGroup, bool]:
    """And whether the mail's other links are still good, to which this one may lead then."""
    try:
        facts = read_client_token(Purpose.UNSUBSCRIBE, token)
    except BadSignature:
        raise Http404 from None
    # Of any edition: it stops mails and does nothing else.
    client = Client.objects.living().filter(pk=facts["client"]).first() or joined_with(facts)
    if client is None:
        raise Http404
    is_in_force = still_goes_to(facts.get("address", ""), client)
    is_in_force = is_in_force and facts["edition"] == client.links_edition
    return client, MailGroup(facts["group"]), is_in_force
