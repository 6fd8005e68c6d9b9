"""Mail set-up: what the mail server says to us, what the DNS says of us, and a test mail."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from bookings.core.mail import mail_hosts, sender_records
from bookings.core.mail.sender_records import Finding, SenderRecord
from bookings.mail import trouble
from bookings.models import Clinic, LastSeen, Seen, SignInMail, WatchedPart
from bookings.office.watch.pages import asked_too_often
from bookings.queries.mail import mail_records
from bookings.queries.office import watch
from bookings.web.forms import ShortText, plain
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private

SECONDS = 3.0
ARRIVALS = ("inbox", "spam", "nowhere")

SPF = {
    Finding.GOOD: gettext_lazy("It names who may send mail in your name."),
    Finding.MISSING: gettext_lazy(
        "There is none, so that nobody can tell your mails from those of somebody who pretends to "
        "be you. Add the record below."
    ),
    Finding.SEVERAL: gettext_lazy(
        "There are several, and of several none counts. Make one of them, and take the others away."
    ),
    Finding.TOO_MANY: gettext_lazy(
        "It asks for more than ten others, and then it does not count. Take away whom you do not "
        "send with any more."
    ),
    Finding.OPEN: gettext_lazy(
        "It lets anybody send in your name. Let it end with ~all instead of +all or ?all."
    ),
    Finding.NOBODY: gettext_lazy(
        "It says that nobody sends mail in your name, so yours is refused too. Change it to the "
        "record below."
    ),
    Finding.ENDLESS: gettext_lazy("It does not say what becomes of others. Let it end with ~all."),
    Finding.WITHOUT_HOST: gettext_lazy(
        "It does not name the host that your mail leaves by. Change it to the record below."
    ),
}
DKIM = {
    Finding.GOOD: gettext_lazy("There is a key, by which your mails can be known as yours."),
    Finding.MISSING: gettext_lazy(
        "No key was found under the usual names. In your account at your mail’s host look for "
        "“DKIM”, or for “authenticate your domain”: it shows one to three records; add them as "
        "they stand there. If they are there already, type the word before “._domainkey” below."
    ),
    Finding.REVOKED: gettext_lazy(
        "The key there is empty, which takes it back. Look for “DKIM” at your mail’s host and add "
        "the record as it stands there."
    ),
}
DMARC = {
    Finding.GOOD: gettext_lazy("It says what others do with mails that only pretend to be yours."),
    Finding.ONLY_WATCHES: gettext_lazy(
        "It is there, and only watches (p=none). That is right for the first weeks; then change "
        "p=none to p=quarantine."
    ),
    Finding.MISSING: gettext_lazy(
        "There is none; large mailboxes such as Gmail ask for one. Add the record below."
    ),
    Finding.SEVERAL: gettext_lazy("There are several, and of several none counts. Keep one."),
    Finding.BROKEN: gettext_lazy(
        "It says nothing that can be read. Change it to the record below."
    ),
}
GAP = gettext_lazy(
    "Put what your mail’s host names in the place of the … : look for “SPF” in its help. A record "
    "that is there already keeps what else it names."
)
NOBODY_ANSWERED = gettext_lazy("Nobody answered in time. Please check again in a minute.")


@dataclass(frozen=True, kw_only=True)
class RecordShown:
    """One of the three, as the page has it; `put` is what to add, `place` under which name."""

    title: Any
    says: Any
    is_good: bool
    place: str = ""
    there: str = ""
    put: str = ""
    more: Any = ""


class CheckForm(forms.Form):
    selector = ShortText(
        label=gettext_lazy("Name of the DKIM key, if your mail’s host told you one"),
        longest=120,
        required=False,
        help_text=gettext_lazy("Such as s1: the word before “._domainkey”."),
    )

    helper = plain("selector")

    def clean_selector(self) -> str:
        selector = self.cleaned_data["selector"].lower().partition("._domainkey")[0]
        if selector and not mail_records.A_SELECTOR.fullmatch(selector):
            raise forms.ValidationError(
                _("That is no name of a key: it is a word such as s1 or selector1.")
            )
        return selector


@page_methods
@private
def page(request: StaffRequest) -> HttpResponse:
    """A POST asks the mail server and the DNS, for some seconds; what they said is kept."""
    noted = LastSeen.objects.of(Seen.MAIL_RECORDS)
    facts: dict = noted.facts if noted else {}
    form = CheckForm(
        request.POST or None, initial={"selector": facts.get("selector", "")}, label_suffix=""
    )
    status = 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST" and asked_too_often(request, "mail-check"):
        status = 429  # what was found last, and what was typed, stay
    elif request.method == "POST":
        _check(form.cleaned_data["selector"])
        messages.success(request, _("Checked just now."))
        return redirect("office:mail_setup")
    return render(request, "office/watch/mail_setup.html", _context(form, noted), status=status)


def _check(selector: str) -> None:
    found = mail_records.ask(selector)
    server = trouble.problem(SECONDS)
    LastSeen.objects.note(Seen.MAIL_RECORDS, **found, server=server, checked=True)


def _context(form: CheckForm, noted: LastSeen | None) -> dict[str, Any]:
    facts = noted.facts if noted else {}
    is_current = facts.get("domain") == mail_records.domain()
    return {
        "form": form,
        "noted": noted if is_current else None,
        "server": facts.get("server", ""),
        "where": f"{settings.EMAIL_HOST}, {settings.EMAIL_PORT}",
        "how": _how_it_leaves(),
        "sender": settings.DEFAULT_FROM_EMAIL,
        "domain": mail_records.domain(),
        "host": mail_hosts.host_of(settings.EMAIL_HOST),
        "is_free": mail_records.domain() in mail_hosts.FREE,
        "records": _shown(facts) if is_current and "spf" in facts else [],
        "is_nobodys": not sender_records.may_exist(mail_records.domain())
        or (is_current and facts.get("exists") is False),
        "held_up": _why_it_waits(),
        "test": LastSeen.objects.of(Seen.TEST_MAIL),
        "waits": SignInMail.objects.filter(is_a_test=True).exists(),
    }


def _why_it_waits() -> list[watch.PartStanding]:
    """What keeps any mail from leaving, so that nobody is sent to and fro between two pages."""
    carriers = (WatchedPart.BROKER, WatchedPart.WORKER)
    found = watch.of(carriers, Clinic.objects.the(), now=timezone.now())
    return [one for one in found if one.is_trouble]


def _how_it_leaves() -> str:
    if settings.EMAIL_USE_SSL:
        return _("encrypted from the first byte")
    if settings.EMAIL_USE_TLS:
        return _("encrypted (STARTTLS)")
    return _("not encrypted")


def _shown(facts: dict[str, Any]) -> list[RecordShown]:
    domain = facts["domain"]
    host = mail_hosts.host_of(settings.EMAIL_HOST)
    include = host.include if host else ""
    found = facts["dkim"]
    keys = {name: texts for name, texts in found.items() if texts is not None}
    shown = []
    if facts["spf"] is None:
        shown.append(_unknown("SPF"))
    else:
        record = sender_records.spf(domain, facts["spf"], include)
        put = _spf_to_put(record, include)
        shown.append(replace(_one("SPF", record, SPF, put), more=GAP if "…" in put else ""))
    record = sender_records.dkim(domain, keys)
    shown.append(_one("DKIM", record, DKIM, "") if keys else _unknown("DKIM"))
    if facts["dmarc"] is None:
        shown.append(_unknown("DMARC"))
    else:
        record = sender_records.dmarc(domain, facts["dmarc"])
        put = f"v=DMARC1; p=none; rua=mailto:{Clinic.objects.the().email}"
        shown.append(_one("DMARC", record, DMARC, "" if record.is_good else put))
    return shown


def _one(title: str, record: SenderRecord, words: dict[Finding, Any], put: str) -> RecordShown:
    return RecordShown(
        title=title,
        says=words[record.finding],
        is_good=record.is_good,
        place=record.name,
        there=record.text,
        put=put,
    )


def _unknown(title: str) -> RecordShown:
    return RecordShown(title=title, says=NOBODY_ANSWERED, is_good=False)


def _spf_to_put(record: SenderRecord, include: str) -> str:
    """Where it is not known what our host asks for, its place is left open."""
    named = f"include:{include}" if include else "include:…"
    if record.finding == Finding.MISSING:
        return f"v=spf1 {named} ~all"
    if record.finding in (Finding.WITHOUT_HOST, Finding.NOBODY):
        first, *others = record.text.split()
        return " ".join([first, named, *others])
    return ""


@require_POST
def arrived(request: StaffRequest) -> HttpResponse:
    """Where the owner has found the test mail, which only they can see."""
    test, where = LastSeen.objects.of(Seen.TEST_MAIL), request.POST.get("where", "")
    if test is not None and where in ARRIVALS:
        LastSeen.objects.filter(pk=test.pk).update(facts={**test.facts, "arrived": where})
    return redirect("office:mail_setup")
