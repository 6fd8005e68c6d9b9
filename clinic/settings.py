"""Settings: everything that differs between clinics' machines comes from the environment."""

import ssl
import sys
from importlib import import_module
from pathlib import Path

from whitenoise.compress import Compressor

from clinic import languages
from clinic.operations import site_address
from clinic.operations.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
TESTING = "pytest" in sys.modules
STATE = Path(env.str("STATE", default=str(BASE_DIR / ".state"))).resolve()
if not TESTING and (STATE / "environment").exists():
    env.read_env(STATE / "environment")  # A demo runs there: manage.py joins it.

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
# Django's own pages for every table, for engineers: a clinic is run without them.
ADMIN = env.bool("ADMIN", default=DEMO or TESTING)
KNOWN_TO_ALL = "only-for-tests-and-a-first-look"
SECRET_KEY = env.str("SECRET_KEY", default="") or KNOWN_TO_ALL
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # open what they have signed
# Seal and open health data (docs/operations.md); the first seals.
HEALTH_KEY_KNOWN_TO_ALL = "b25seS1mb3ItdGVzdHMtYW5kLWEtZmlyc3QtbG9vayE="
HEALTH_KEYS = env.list("HEALTH_KEYS", default=[HEALTH_KEY_KNOWN_TO_ALL])
# The same for the secrets of second factors: who can read one must not be able to read the other.
FACTOR_KEY_KNOWN_TO_ALL = "YWxzby1mb3ItdGVzdHMtYW5kLWEtZmlyc3QtbG9vayE="
FACTOR_KEYS = env.list("FACTOR_KEYS", default=[FACTOR_KEY_KNOWN_TO_ALL])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=site_address.hosts(SITE_URL))
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "clinic.accounts.csrf_failure.refused"

INSTALLED_APPS = [
    "clinic.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "clinic.apps.UsedStaticFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.humanize",  # words of allauth's pages
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "bookings",
    "therapists",
    "clinic.apps.ClinicConfig",
]

MIDDLEWARE = [
    "clinic.middleware.request_ids.RequestIdMiddleware",
    "clinic.middleware.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic.middleware.security_headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # below those whose headers its files have too
    "clinic.middleware.constant_time.EvenAnswersMiddleware",
    "clinic.middleware.unseen_letters.WithoutUnseenLetters",
    "clinic.accounts.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "clinic.accounts.sessions.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.middleware.body_size.BodySizeMiddleware",
    "clinic.middleware.page_limit.PageLimitMiddleware",
    "clinic.middleware.audit_actor.ActingMiddleware",
    "clinic.middleware.not_set_up.NotSetUpMiddleware",
    "clinic.accounts.clear_site_data.LeaveNothingBehindMiddleware",
    "clinic.middleware.policy.PolicyMiddleware",
    "clinic.middleware.staff_session.StaffDoorMiddleware",
    "clinic.middleware.timezone.ClinicZoneMiddleware",
    "clinic.accounts.still_you.GoesOnMiddleware",  # the form is allauth's to put away first
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
FORM_RENDERER = "bookings.widgets.WidgetRenderer"  # Django's own HTML, at less (ADR 20)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bookings.web.clinic_context.clinic",
                "bookings.desk.mail.status_bar.mail_bar",
                "therapists.pages.scheduling.time_off_requests.times_off_to_answer",
                "clinic.operations.version.taper_version",
            ],
            # Django's own tags, which do once what they would do on each page (ADR 20).
            "libraries": {
                "i18n": "clinic.templatetags.sentences",
                "static": "clinic.templatetags.files",
            },
            "builtins": ["clinic.templatetags.addresses"],
        },
    },
]

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"postgres://taper@/{STATE}/postgres/clinic"),
}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DIARY_LOCK_SECONDS = env.int("DIARY_LOCK_SECONDS", default=3)
# The history of changes names the program where nobody has signed in: "manage.py shell".
PROGRAM = " ".join([Path(sys.argv[0]).name, *(arg for arg in sys.argv[1:2] if arg.isidentifier())])
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
_OPTIONS.setdefault("application_name", PROGRAM[:60])
_OPTIONS.setdefault("connect_timeout", 5)  # seconds; of what takes us in and then says nothing, too
# Where DATABASE_URL is a pooler's, each transaction may have another session of the database.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("DATABASE_POOLED", default=False)
if REPLICA_DATABASE_URL := env.str("REPLICA_DATABASE_URL", default=""):
    DATABASES["replica"] = DATABASES["default"] | env.db_url_config(REPLICA_DATABASE_URL)
    DATABASES["replica"]["OPTIONS"] = _OPTIONS | DATABASES["replica"].get("OPTIONS", {})
    DATABASE_ROUTERS = ["bookings.queries.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Nothing may rest on a cache, from which entries go when there are many: what counts is a row.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

REDIS_URL = env.str("REDIS_URL", default=f"redis+socket://{STATE}/valkey/valkey.sock")
CELERY_BROKER_URL = REDIS_URL
if REDIS_URL.startswith("rediss://"):  # else Celery looks at no certificate
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED}

AUTH_USER_MODEL = "bookings.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "clinic.accounts.passwords.GuessablePasswordValidator"},
    {"NAME": "clinic.accounts.passwords.AnotherPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for nobody
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "clinic.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "clinic.accounts.forms.PasswordForm",
    "reauthenticate": "clinic.accounts.forms.PasswordAgainForm",
    "request_login_code": "clinic.accounts.forms.AskForCodeForm",
    "reset_password": "clinic.accounts.forms.AskForPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"  # a code that was typed proves an address; nobody signs up
ACCOUNT_EMAIL_NOTIFICATIONS = True  # who changes a password or a factor is told by mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True  # for runners; staff are asked again, see below
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # clinic.accounts.attempts has its own
LIMIT_SIGNING_IN = env.bool("LIMIT_SIGNING_IN", default=True)
# Codes, and links to a new password, that one address is mailed, from whatever networks.
SIGN_IN_MAILS_PER_HOUR = env.int("SIGN_IN_MAILS_PER_HOUR", default=5)
# The least time an answer takes that could tell whether an address is known here.
SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS = 0.5
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "clinic.accounts.reset_tokens.ResetTokens"  # noqa: S105
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds a mailed link to a new password is good for
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

MFA_ADAPTER = "clinic.accounts.second_factor.FactorAdapter"
MFA_FORMS = {
    "add_webauthn": "clinic.accounts.forms.AddPasskeyForm",
    "authenticate": "clinic.accounts.forms.FactorForm",
    "reauthenticate": "clinic.accounts.forms.FactorAgainForm",
    "authenticate_webauthn": "clinic.accounts.forms.PasskeyForm",
    "login_webauthn": "clinic.accounts.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "clinic.accounts.forms.ReauthenticatePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody signs up, and a page about passwords notes an address that no code has proved yet.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ a little
MFA_TOTP_ISSUER = "Taper"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://localhost")

# Staff sign in with a second factor; only the demo, which holds nobody's data, goes without.
STAFF_NEED_A_SECOND_FACTOR = env.bool("STAFF_NEED_A_SECOND_FACTOR", default=not DEMO)
# Longer than the longest treatment, or therapists would sign in again after each.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=120)
STAFF_SIGNED_IN_HOURS = env.int("STAFF_SIGNED_IN_HOURS", default=12)
# How long it is still them who have signed in, before what gives power or changes a login.
STAFF_STILL_THEM_MINUTES = env.int("STAFF_STILL_THEM_MINUTES", default=15)
RUNNERS_SIGNED_IN_DAYS = env.int("RUNNERS_SIGNED_IN_DAYS", default=90)  # however often they come

if DEMO:  # no Caddy stands before it, which compresses pages in production
    MIDDLEWARE.insert(0, "django.middleware.gzip.GZipMiddleware")

LANGUAGE_CODE = "en-gb"
# Where the catalogs of further languages lie (manage.py catalogs); the site speaks those it finds.
LOCALE_PATHS = [env.path("LOCALE_PATH", default=str(BASE_DIR / "locale"))]
LANGUAGES = [
    (LANGUAGE_CODE, "English"),
    *languages.compiled_in(LOCALE_PATHS[0]),
]
# Of one language nothing is looked up: half a thousand sentences of a page would each be found to
# be as they are (ADR 20).
USE_I18N = len(LANGUAGES) > 1
if USE_I18N:  # else there is nothing to choose, and answers need not vary
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.common.CommonMiddleware"),
        "django.middleware.locale.LocaleMiddleware",
    )
FORMAT_MODULE_PATH = "clinic.formats"
USE_TZ = True
TIME_ZONE = "UTC"  # The clinic's own zone is a row of the database, applied at the edges.

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
# Served is what collectstatic has hashed and compressed; files as they are to tests and DEBUG.
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS  # looked up when asked for, not listed beforehand
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS: list = [BASE_DIR / "static"]
_VENDORED = [
    ("vendor/bootstrap-icons", NODE_MODULES / "bootstrap-icons/font"),
    ("vendor/htmx", NODE_MODULES / "htmx.org/dist"),
    ("vendor/idiomorph", NODE_MODULES / "idiomorph/dist"),
    ("vendor/event-calendar", NODE_MODULES / "@event-calendar/build/dist"),
    ("vendor/chart", NODE_MODULES / "chart.js/dist"),
    ("vendor/figtree", NODE_MODULES / "@fontsource-variable/figtree/files"),
    ("vendor/bricolage", NODE_MODULES / "@fontsource-variable/bricolage-grotesque/files"),
]
CHOSEN_FILES = {
    "vendor/chart": ("chart.umd.min.js", "chart.umd.min.js.map"),
    "vendor/idiomorph": ("idiomorph-ext.min.js",),
}
STATICFILES_FINDERS = [
    "clinic.static_files.ChosenFilesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
if NODE_MODULES.is_dir():  # which the image needs only while it is made
    STATICFILES_DIRS += _VENDORED

# Who was erased, so that restoring a backup brings nobody back (docs/privacy.md): a file outside
# of what a restore overwrites.
ERASURES_FILE = env.path("ERASURES_FILE", default=str(STATE / "erasures.jsonl"))

# Where manage.py backup writes, the age key that seals (a public one only seals), how many stay.
BACKUP_FOLDER = env.path("BACKUP_FOLDER", default=str(STATE / "backups"))
BACKUP_KEY = env.str("BACKUP_KEY", default="")
BACKUP_AT = env.str("BACKUP_AT", default="02:30") or "02:30"  # nightly.sh reads it for itself
BACKUPS_DAILY = env.int("BACKUPS_DAILY", default=7)
BACKUPS_WEEKLY = env.int("BACKUPS_WEEKLY", default=5)
# When a copy of backups outside of this machine is too old, once there has been one.
OFFSITE_DAYS = env.int("OFFSITE_DAYS", default=3)

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

_SELF = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "object-src": ["'none'"],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "manifest-src": [_SELF],
        "frame-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}
# Not no-referrer: browsers then send "Origin: null" with our own forms, which CSRF must refuse.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "clinic.accounts.sessions"
MESSAGE_STORAGE = "clinic.messages.Storage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
ENCRYPTED = SITE_URL.startswith("https://")
# With it browsers take a cookie from this one host alone, encrypted, for the whole site. Over plain
# HTTP, as in the demo, they would take none.
_HOST = "__Host-" if ENCRYPTED else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
KNOWN_BROWSER_COOKIE, MESSAGES_COOKIE = f"{_HOST}known", f"{_HOST}messages"
LANGUAGE_COOKIE_NAME = f"{_HOST}django_language"  # read, and set by nothing of ours
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENCRYPTED
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked by machines beside us
# An hour, since no browser forgets it sooner; when all has gone well for a while, longer
# (docs/operations.md has the steps, manage.py doctor says when). What it means for other names of
# the domain only its owner knows, so the two advices about those are silent. That tags of ours
# stand in for Django's of the same name (TEMPLATES, "libraries") is meant.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600) if ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "templates.W003"]

EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
# TLS from the first byte (465), or asked for in the open (STARTTLS, 587): the port says which.
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=EMAIL_PORT == 465)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=EMAIL_PORT == 587 and not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 20  # seconds; three of them stay well inside a mail's lease
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Taper <clinic@example.com>")

# How the owner is told of trouble when it is mail that is in trouble (docs/operations.md): another
# server, such as smtps://user:password@smtp.example.net; whom, unless it is every owner; and a web
# hook, such as https://ntfy.sh/a-long-secret-name, which is told of all trouble.
ALERT_EMAIL_URL = env.str("ALERT_EMAIL_URL", default="")
ALERT_EMAIL_TO = env.list("ALERT_EMAIL_TO", default=[])
ALERT_URL = env.str("ALERT_URL", default="")
# Asked each five minutes while nothing is in trouble: whoever misses that (healthchecks.io and the
# like) tells the owner, also when the whole machine is off.
ALIVE_URL = env.str("ALIVE_URL", default="")

# Who is asked what the DNS says of our mail, as address:port; empty: whoever this machine asks.
DNS_SERVERS = env.list("DNS_SERVERS", default=[])

# A mail service that tells of bounces and complaints, such as postmark or mailgun, at
# /mail-events/; with its signing key, or the user:password that stands in the address it calls.
MAIL_EVENTS_FROM = env.str("MAIL_EVENTS_FROM", default="")
MAIL_EVENTS_SECRET = env.str("MAIL_EVENTS_SECRET", default="")
ANYMAIL = {
    "WEBHOOK_SECRET": MAIL_EVENTS_SECRET if ":" in MAIL_EVENTS_SECRET else None,
    "MAILGUN_WEBHOOK_SIGNING_KEY": MAIL_EVENTS_SECRET,
}

# Whose links to private calendars are read (docs/operations.md): what pages call each, its hosts,
# and whatever stands below them.
CALENDAR_SITES = {
    "Runna": ["runna.com"],
    "TrainingPeaks": ["trainingpeaks.com"],
    "Final Surge": ["finalsurge.com"],
    "Garmin Connect": ["connect.garmin.com"],
    "Google Calendar": ["calendar.google.com"],
    "iCloud": ["icloud.com"],
    "Outlook": ["outlook.office365.com", "outlook.office.com", "outlook.live.com"],
}
# Further hosts, such as a cloud of the clinic's own, and its networks where they are not public;
# and the port and the certificates' authorities of all of them.
CALENDAR_HOSTS = env.list("CALENDAR_HOSTS", default=[])
CALENDAR_NETWORKS = env.list("CALENDAR_NETWORKS", default=[])
CALENDAR_PORT = env.int("CALENDAR_PORT", default=443)
CALENDAR_AUTHORITIES = env.str("CALENDAR_AUTHORITIES", default="")  # a file of further ones

# Signs what is handed to browsers' push services; without it nobody can be told on a device.
PUSH_KEY = env.str("PUSH_KEY", default="")
# Networks of our own in which a push service stands; else only public addresses are asked.
PUSH_NETWORKS = env.list("PUSH_NETWORKS", default=[])

# How many reverse proxies of ours stand in front and may be believed about a visitor's address.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# "line" for people, "json" for machines, which has a line for each request too.
LOG_FORMAT = "json" if env.str("LOG_FORMAT", default="line") == "json" else "line"
# Errors go to standard error, where a service keeps its log, and into no mail; tokens stay out.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "without tokens": {"()": "clinic.monitoring.redaction.WithoutTokens"},
        "tasks": {"()": "clinic.monitoring.redaction.WithoutWordsOfExceptions"},
        "expected": {"()": "clinic.monitoring.redaction.WithoutExpectedTracebacks"},
        "request id": {"()": "clinic.middleware.request_ids.WithRequestId"},
    },
    "formatters": {
        "line": {
            "()": "clinic.monitoring.redaction.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s",
        },
        "json": {"()": "clinic.monitoring.json_logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["tasks", "expected", "without tokens", "request id"],
            "formatter": LOG_FORMAT,
        },
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "clinic.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        "clinic.sign_ins": {"level": "INFO"},
        "bookings.actions.mail": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        # Whatever level is asked for: they would write down what photos and letters say, and where
        # devices are told.
        "PIL": {"level": "WARNING"},
        "fpdf": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},  # that somebody waits a moment is no news
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}

# Who shows it as "Authorization: Bearer ..." may read /metrics; without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Where error reports go, without anything of a person; empty: nowhere.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:  # else its library, which is large, is not even read
    import_module("clinic.monitoring.error_reports").begin(SENTRY_DSN)

# How often one address, and one login, may ask; nothing after the = lifts the limit.
LIMITS = {
    "accounts": env.str("LIMIT_ACCOUNTS", default="30/minute"),
    "pages": env.str("LIMIT_PAGES", default="240/minute"),
    "api": env.str("LIMIT_API", default="120/minute"),
    "booking": env.str("LIMIT_BOOKING", default="60/hour"),
    "holds": env.str("LIMIT_HOLDS", default="120/hour"),
    "files": env.str("LIMIT_FILES", default="30/hour"),
    "checks": env.str("LIMIT_CHECKS", default="120/hour"),  # presses on what was read of them
    # As many newcomers' bookings as one neighbourhood of addresses makes in an hour.
    "joins": env.str("LIMIT_JOINS", default="20/hour"),
}
# Starts one address may have on hold at once, and take on hold within an hour.
HOLDS_AT_ONCE_PER_ADDRESS = env.int("HOLDS_AT_ONCE_PER_ADDRESS", default=12)
HOLDS_PER_HOUR_PER_ADDRESS = env.int("HOLDS_PER_HOUR_PER_ADDRESS", default=120)
USUAL = env.usual  # what each is where nobody sets it: an example of what it may be
