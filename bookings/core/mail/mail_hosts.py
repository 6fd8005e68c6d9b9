"""What the larger hosts of mail ask to be put into the DNS, by the name of their server.

As their own pages say it; a host that is not here, or has changed its mind, tells it itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class MailHost:
    """`include`: what SPF names; `selectors`: under which names DKIM keys are kept, if always."""

    name: str
    include: str
    selectors: tuple[str, ...] = ()


HOSTS = {
    "gmail.com": MailHost("Google", "_spf.google.com", ("google",)),
    "google.com": MailHost("Google", "_spf.google.com", ("google",)),
    "office365.com": MailHost(
        "Microsoft 365", "spf.protection.outlook.com", ("selector1", "selector2")
    ),
    "outlook.com": MailHost(
        "Microsoft 365", "spf.protection.outlook.com", ("selector1", "selector2")
    ),
    "fastmail.com": MailHost("Fastmail", "spf.messagingengine.com", ("fm1", "fm2", "fm3")),
    "zoho.com": MailHost("Zoho", "zoho.com"),
    "zoho.eu": MailHost("Zoho", "zoho.eu"),
    "mailgun.org": MailHost("Mailgun", "mailgun.org"),
    "sendgrid.net": MailHost("SendGrid", "sendgrid.net", ("s1", "s2")),
    "postmarkapp.com": MailHost("Postmark", "spf.mtasv.net"),
    "amazonaws.com": MailHost("Amazon SES", "amazonses.com"),
    "mailjet.com": MailHost("Mailjet", "spf.mailjet.com", ("mailjet",)),
    "brevo.com": MailHost("Brevo", "spf.brevo.com", ("brevo1", "brevo2", "mail")),
    "sendinblue.com": MailHost("Brevo", "spf.brevo.com", ("brevo1", "brevo2", "mail")),
    "infomaniak.com": MailHost("Infomaniak", "spf.infomaniak.ch"),
    "protonmail.ch": MailHost(
        "Proton", "_spf.protonmail.ch", ("protonmail", "protonmail2", "protonmail3")
    ),
}
# Whose addresses nobody else may send from, whatever is in whose DNS.
FREE = {
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com",
    "yahoo.co.uk", "ymail.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "icloud.com", "me.com",
    "aol.com", "t-online.de", "proton.me", "protonmail.com", "btinternet.com",
}  # fmt: skip
COMMON_SELECTORS = ("default", "dkim", "mail", "s1", "selector1", "k1")


def host_of(server: str) -> MailHost | None:
    """By the end of the name in EMAIL_HOST."""
    name = server.lower().rstrip(".")
    return next((one for end, one in HOSTS.items() if f".{name}".endswith(f".{end}")), None)
