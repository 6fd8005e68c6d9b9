from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class ClinicConfig(AppConfig):
    name = "clinic"

    def ready(self) -> None:
        """Checks and listeners register themselves, once there are models."""
        import_module("clinic.checks")
        import_module("clinic.accounts.second_factor")
        import_module("clinic.accounts.sign_in_log")


class ClinicAdminConfig(AdminConfig):
    default_site = "clinic.admin_site.ClinicAdminSite"


class UsedStaticFiles(StaticFilesConfig):
    """Leaves out what packages carry for bundlers and readers, and no page of ours names.

    collectstatic would spend most of its time on it.

    Source maps stay: a manifest must know every name that a file gives.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        *("*.scss", "*.ts", "*.json", "*.amd.js", "*.cjs.js", "*.esm.*", "ext", "*.gz"),
        *("*-italic.*", "*-opsz-*", "*-wdth-*"),
        *("bootstrap-icons.css", "htmx.js", "django_htmx", "gis"),
        *("jquery.js", "select2.full.js", "xregexp.js"),
    ]
