"""How the rows of one relation are handed over when two records become one."""

from django.db.models import ForeignObjectRel

from bookings.actions.clients import merge_steps
from bookings.models import ErasureState
from clinic.records.registry.record import Merge


def as_they_are(merge: Merge, relation: ForeignObjectRel) -> list[str]:
    merge_steps.hand_over(relation, merge.gone, merge.kept)
    return []


def with_the_record(_merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    """The history is handed over by the act that deletes the record, which it remembers too."""
    return []


def appointments(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    merge_steps.appointments(merge.gone, merge.kept, by=merge.by, now=merge.now)
    return []


def agreements(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.agreements(merge.gone, merge.kept)


def mail_consents(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.mail_choices(merge.gone, merge.kept)


def races(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.races(merge.gone, merge.kept)


def race_news(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    merge_steps.race_news(merge.gone, merge.kept)
    return []


def brought_plan(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.brought_plan(merge.gone, merge.kept)


def own_plan(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.own_plan(merge.gone, merge.kept)


def plan_link(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.plan_link(merge.gone, merge.kept)


def hard_efforts(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.hard_efforts(merge.gone, merge.kept)


def declined_sessions(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    return merge_steps.declined_sessions(merge.gone, merge.kept)


def offers(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    merge_steps.offers(merge.gone, merge.kept, now=merge.now)
    return []


def namesakes(merge: Merge, _relation: ForeignObjectRel) -> list[str]:
    """Whoever was compared with the one is compared with the other, but not with themselves."""
    merge.gone.others_at_the_address.exclude(pk=merge.kept.pk).update(same_address_as=merge.kept)
    return []


def erasure_requests(merge: Merge, relation: ForeignObjectRel) -> list[str]:
    """One open wish for one person; a second says nothing more."""
    open_wish = merge.gone.erasure_requests.filter(state=ErasureState.ASKED)
    if merge.kept.erasure_requests.filter(state=ErasureState.ASKED).exists():
        answer = {"answered_at": merge.now, "answered_by": merge.by}
        open_wish.update(state=ErasureState.WITHDRAWN, **answer)
    return as_they_are(merge, relation)


def feed(merge: Merge, relation: ForeignObjectRel) -> list[str]:
    """One address for a person's calendar: the kept record's, if it has one."""
    if not hasattr(merge.gone, "feed"):
        return []
    if hasattr(merge.kept, "feed"):
        return ["the address of a calendar, which shows nothing any more"]
    return as_they_are(merge, relation)
