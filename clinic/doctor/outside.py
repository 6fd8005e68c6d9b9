"""What is reached over the net: the broker, the mail server, the site's own address."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError, SSLError

from bookings.mail import trouble
from bookings.queries.mail import mail_records
from bookings.queries.office import watch
from clinic.checks import HERE
from clinic.doctor.told import BETTER, WELL, WRONG, Diagnosis
from clinic.monitoring import certificate
from clinic.operations import mail_settings

SECONDS = 5.0
SOON = 14  # days
LADDER = (3600, 7 * 86400, 30 * 86400, 365 * 86400)


def of_the_broker() -> Iterator[Diagnosis]:
    about = _("Redis")
    if watch.broker_problem():
        says = _("Redis does not answer, so mail leaves late and the worker hears nothing.")
        do = _("Is it running, and is REDIS_URL its address? docker compose restart redis.")
        yield Diagnosis(about, WRONG, says, do)
    else:
        yield Diagnosis(about, WELL, _("Redis answers."))


def of_mail() -> Iterator[Diagnosis]:
    about = _("Mail server")
    if any(mail_settings.problems()):
        return  # said of the settings, with which nothing could be asked
    yield from _of_the_sender()
    if says := trouble.problem(SECONDS):
        do = _("Change it in .env, then docker compose up --detach.")
        yield Diagnosis(about, WRONG, says, do)
    else:
        yield Diagnosis(about, WELL, _("It answers, and takes mail from DEFAULT_FROM_EMAIL."))


def _of_the_sender() -> Iterator[Diagnosis]:
    about, says = _("Sender of mail"), mail_settings.problem_with_sender()
    if not says and not mail_records.exists():
        says = _("The domain {domain} of DEFAULT_FROM_EMAIL does not exist, so mail is refused.")
        says = says.format(domain=mail_records.domain())
    if says:
        do = _("Change it in .env, then docker compose up --detach.")
        is_a_look = urlsplit(settings.SITE_URL).hostname in HERE
        yield Diagnosis(about, BETTER if is_a_look else WRONG, says, do)
    else:
        says = _("Mail comes from {domain}.").format(domain=mail_records.domain())
        yield Diagnosis(about, WELL, says)


def of_the_site() -> Iterator[Diagnosis]:
    if not settings.ENCRYPTED:
        return
    yield from _of_the_certificate(certificate.found(settings.SITE_URL))
    yield from _of_answers()
    yield from _of_hsts()


def _of_the_certificate(found: dict[str, str]) -> Iterator[Diagnosis]:
    about = _("Certificate")
    do = _("See what docker compose logs caddy says; ports 80 and 443 must be open to everybody.")
    if problem := found.get("problem"):
        yield Diagnosis(about, WRONG, problem, do)
    elif unknown := found.get("unknown"):
        yield Diagnosis(about, WRONG, unknown, _("Let the name in SITE_URL point to this machine."))
    else:
        days = (datetime.fromisoformat(found["until"]) - timezone.now()).days
        says = ngettext(
            "It is good for {count} more day.", "It is good for {count} more days.", days
        ).format(count=days)
        yield Diagnosis(about, WRONG, says, do) if days < SOON else Diagnosis(about, WELL, says)


def _of_answers() -> Iterator[Diagnosis]:
    """Asked by its name, as browsers do, for /healthz; no redirect is followed."""
    about, host = _("Site address"), urlsplit(settings.SITE_URL).netloc
    patience = Timeout(connect=SECONDS, read=SECONDS)
    try:
        with PoolManager(timeout=patience, retries=False) as pool:
            answer = pool.request("GET", f"https://{host}/healthz", redirect=False)
    except SSLError:
        return  # said of the certificate
    except (HTTPError, OSError) as error:
        says = _("https://{host} does not answer here ({why}).")
        do = _(
            "Does it open on a phone without Wi-Fi? Then it is only this machine that cannot call "
            "itself; else see that web and caddy run (docker compose ps)."
        )
        yield Diagnosis(about, WRONG, says.format(host=host, why=type(error).__name__), do)
        return
    if answer.status in (200, 503):
        yield Diagnosis(about, WELL, _("https://{host} answers.").format(host=host))
    else:
        says = _("https://{host} answers with {status}, which is not Taper.")
        do = _("Let the proxy hand everything to the web server; docker compose logs caddy.")
        yield Diagnosis(about, WRONG, says.format(host=host, status=answer.status), do)


def _of_hsts() -> Iterator[Diagnosis]:
    """Up by one step at a time, while all is well."""
    about, now = _("Insisting on https"), settings.SECURE_HSTS_SECONDS
    following = next((step for step in LADDER if step > now), None)
    if following is None:
        yield Diagnosis(about, WELL, _("Browsers insist on https for a year."))
        return
    says = _("Browsers insist on https for {seconds} seconds.").format(seconds=now)
    do = _("When all has gone well for a week, set SECURE_HSTS_SECONDS={following}.")
    yield Diagnosis(about, BETTER, says, do.format(following=following))
