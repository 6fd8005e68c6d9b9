"""The places of the owner's office, in groups: {% office_menu as menu %}."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

# Of each group: its name, and by the page that an entry leads to its name and the pages behind it.
GROUPS: tuple[tuple[Any, dict[str, tuple[Any, tuple[str, ...]]]], ...] = (
    (
        gettext_lazy("Set-up"),
        {
            "office:checklist": (gettext_lazy("First steps"), ()),
            "office:clinic": (gettext_lazy("Clinic and booking"), ("office:zone",)),
            "office:treatments": (
                gettext_lazy("Treatments and prices"),
                ("office:treatment", "office:new_treatment", "office:prices"),
            ),
            "office:rooms": (
                gettext_lazy("Rooms"),
                ("office:room", "office:new_room", "office:lend_room"),
            ),
            "office:races": (
                gettext_lazy("Races"),
                ("office:listed_race", "office:new_race", "office:races_from_file"),
            ),
            "desk:protocol": (gettext_lazy("Protocol"), ()),
        },
    ),
    (
        gettext_lazy("People and hours"),
        {
            "office:people": (
                gettext_lazy("People"),
                (
                    "office:invite", "office:person", "office:leave", "office:therapists",
                    "office:therapist", "office:new_therapist", "office:photo",
                ),
            ),
            "office:rota": (
                gettext_lazy("Rota"),
                ("office:hours", "office:day", "office:copy_hours"),
            ),
            "office:closures": (
                gettext_lazy("Closures and public holidays"),
                ("office:close_holidays", "office:country"),
            ),
            "diary:blocks": (gettext_lazy("Time off"), ()),
        },
    ),
    (
        gettext_lazy("Words and looks"),
        {
            "office:looks": (
                gettext_lazy("How the clinic looks"),
                ("office:logo", "office:colour"),
            ),
            "office:mails": (gettext_lazy("What mails say"), ("office:mail",)),
            "therapists:questions": (gettext_lazy("Health questions"), ("therapists:question",)),
            "office:texts": (gettext_lazy("Legal texts"), ("office:text",)),
            "office:embeds": (gettext_lazy("On other web sites"), ()),
        },
    ),
    (
        gettext_lazy("Behind the scenes"),
        {
            "office:watch": (gettext_lazy("Is all well?"), ()),
            "office:mail_setup": (gettext_lazy("Mail set-up"), ()),
            "office:imports": (
                gettext_lazy("Import of clients"),
                ("office:import", "office:import_columns"),
            ),
            "desk:history": (gettext_lazy("Who changed what"), ()),
            "admin:index": (gettext_lazy("Records and settings"), ()),
        },
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """`current` is what aria-current says of it: the page itself, one behind it, or neither."""

    label: str
    url: str
    current: str


@dataclass(frozen=True)
class Menu:
    groups: list[tuple[str, list[Entry]]]

    @property
    def where(self) -> str:
        """The name of the entry at which one is."""
        entries = (one for _name, there in self.groups for one in there if one.current)
        return next((one.label for one in entries), _("Set-up"))


@register.simple_tag(takes_context=True)
def office_menu(context: dict[str, Any]) -> Menu:
    place, has_admin = context.get("place", ""), context.get("admin_is_on", False)
    return Menu(
        [
            (
                str(group),
                [
                    Entry(str(name), reverse(view), _current(place, view, behind))
                    for view, (name, behind) in entries.items()
                    if has_admin or not view.startswith("admin:")
                ],
            )
            for group, entries in GROUPS
        ]
    )


def _current(place: str, view: str, behind: tuple[str, ...]) -> str:
    if place == view:
        return "page"
    return "true" if place in behind else ""
