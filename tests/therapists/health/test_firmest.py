"""How firm a visit may be: every question, every answer, every place that says it."""

import re
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from bookings.actions.clients import health_hold
from bookings.core.training import Phase, Pressure
from bookings.queries.training import protocol
from tests.therapists.conftest import text
from tests.therapists.health.test_holds import places
from tests.therapists.notes.test_briefs import told
from therapists.core.content import SERIOUS, Given
from therapists.core.contraindications import BY_RULE, FIRMEST, SHORT, THE_PHASE, firmest

# Each question of the protocol: the firmest on hold, and once a therapist has lifted it (or where
# its yes puts nobody on hold). "as ever" is what the phase says, firm out of season.
AS_EVER = "as ever"
TABLE = {
    "clot_signs": ("none", AS_EVER),
    "rhabdo_signs": ("none", AS_EVER),
    "post_race_illness": ("none", AS_EVER),
    "compartment_signs": ("none", AS_EVER),
    "fever_infection": ("none", "none"),
    "skin_infection_wounds": ("none", AS_EVER),
    "acute_injury": ("none", "none"),
    "stress_fracture_signs": ("none", AS_EVER),
    "fracture_surgery": ("none", AS_EVER),
    "anticoagulants_bleeding": ("none", "light"),
    "clot_history": ("none", AS_EVER),
    "pregnancy": ("none", "medium"),
    "varicose_veins": ("none", AS_EVER),
    "heart_circulation": ("none", AS_EVER),
    "cancer": ("none", AS_EVER),
    "diabetes_neuropathy": ("none", "light to medium"),
    "osteoporosis": ("none", "light"),
    "epilepsy_etc": ("none", AS_EVER),
    "undiagnosed_pain_lump": ("none", AS_EVER),
    "painkillers_alcohol": ("none", "light"),
    "allergy": ("none", AS_EVER),
}
PLACES = ("today", "brief", "note", "sheet")


def firmest_on(page):
    """What the page says, in words: "light because of: Blood thinners or bleeding"."""
    cells = re.findall(r"<dt>Firmest</dt><dd>(.*?)</dd>", page, re.S)
    cells = cells or re.findall(r"<td>[^<]*<br>((?:[a-z]).*?)</td>", page, re.S)
    return " ".join(strip_tags(cells[0]).split())


def test_the_table_has_every_question_of_the_protocol(db):
    assert [one.key for one in protocol.current().contraindications] == list(TABLE)
    assert list(SHORT) == list(TABLE)
    assert set(FIRMEST) <= set(TABLE)


@pytest.mark.parametrize("key", TABLE)
def test_a_yes_to_every_question_in_every_place(key, kims, visit, ana, today):
    """First without a hold, and then on hold."""
    asked = {one.key: one for one in protocol.current().contraindications}[key]
    told(ana, key, rule=asked.rule)
    mine = visit()
    on_hold, without = TABLE[key]
    for place, url in places(mine, today).items():
        assert firmest_on(text(kims.get(url))) == as_said(without, SHORT[key]), place
    health_hold.put(ana, by="runner", now=timezone.now())
    why = SHORT[key] if asked.rule in SERIOUS or without == "none" else "The hold"
    for place, url in places(mine, today).items():
        assert firmest_on(text(kims.get(url))) == as_said(on_hold, why), place


@pytest.mark.parametrize("rule", BY_RULE)
def test_no_no_to_any_question_lowers_it_in_any_place(rule, kims, visit, ana, today):
    told(ana, no=list(TABLE), rule=rule)
    mine = visit()
    for place, url in places(mine, today).items():
        assert firmest_on(text(kims.get(url))) == as_said(AS_EVER, ""), place
    health_hold.put(ana, by="runner", now=timezone.now())
    for place, url in places(mine, today).items():
        assert firmest_on(text(kims.get(url))) == as_said("none", "The hold"), place


def as_said(firm, because):
    if firm == AS_EVER:
        return str(protocol.current().phases[Phase.OFF_SEASON].ceiling.label)
    return f"{firm} because of: {because}"


def given(key, rule="adapt", yes=True):
    return Given(key, "?", rule, False, "", yes)


@pytest.mark.parametrize("phase", Pressure)
@pytest.mark.parametrize("rule", BY_RULE)
def test_an_answer_never_raises_the_ceiling_of_the_phase(phase, rule):
    for key in ("asked_by_the_clinic", *TABLE):
        assert firmest(phase, [given(key, rule)], on_hold=False).pressure <= phase
        assert firmest(phase, [given(key, rule)], on_hold=True).pressure == Pressure.NONE


def test_the_lowest_of_several_counts_and_is_named():
    said = [given("pregnancy"), given("painkillers_alcohol"), given("osteoporosis", "clearance")]
    lowest = firmest(Pressure.FIRM, said, on_hold=False)
    assert lowest.pressure == Pressure.LIGHT
    assert lowest.because == ["Painkillers or alcohol", "Osteoporosis"]


def test_a_question_of_the_clinics_own_is_lowered_by_its_rule():
    own = [given("new_tattoo")]
    assert firmest(Pressure.FIRM, own, on_hold=False).pressure == Pressure.MEDIUM
    assert firmest(Pressure.FIRM, own, on_hold=False).because == ["New tattoo"]


@pytest.mark.parametrize(
    ("days_before", "likes"), [(0, "light"), (5, "light"), (20, "firm (firmer next time)")]
)
def test_what_was_said_last_counts_the_clients_wish_or_the_notes(
    days_before, likes, kims, sign, earlier, visit, ana, today
):
    sign(earlier(10), pressure="firm", comfort="firmer", plan="x")
    told(ana, pressure="light", given_at=timezone.now() - timedelta(days=days_before))
    mine = visit()
    for place in ("today", "brief", "note"):
        assert f"<dt>Likes</dt><dd>{likes}</dd>" in text(kims.get(places(mine, today)[place]))


def test_the_note_is_preset_no_firmer_than_it_may_be(kims, visit, ana):
    told(ana, "anticoagulants_bleeding")
    page = text(kims.get(f"/visits/{visit().pk}/note/"))
    assert re.search(r'value="light"[^>]*checked', page)


def test_same_as_last_time_takes_over_no_pressure_that_is_too_firm(
    kims, write, sign, earlier, visit, ana
):
    sign(earlier(10), pressure="firm", plan="Calves")
    told(ana, "anticoagulants_bleeding")
    mine = visit()
    write(mine, do="same")
    kept = mine.notes.get().content.opened()
    assert (kept["plan"], kept["pressure"]) == ("Calves", "")


@pytest.mark.parametrize(
    ("advice", "links"),
    [
        ("ring 999 now.\nor NHS 111, or go to 111.nhs.uk.", ["999", "111"]),
        ("Ring 112.", ["112"]),
        ("(112) 999/111 call 911", ["112", "999", "111", "911"]),
        ("0112 999 888, +49 112, 1112, #111, A&E, 99.9, <b>112", ["112"]),
    ],
)
def test_the_numbers_of_an_urgent_page_can_be_pressed(advice, links, anas, clinic, ana):
    clinic.emergency_advice = advice
    clinic.save()
    questions = protocol.current().contraindications
    typed = {one.key: "yes" if one.urgent else "no" for one in questions}
    page = text(anas.post("/health/", {**typed, "agreed": "on"}, follow=True))
    urgent = page[page.index('class="urgent"') :].partition("</div>")[0]
    assert re.findall(r'<a class="figures" href="tel:(\d+)">\1</a>', urgent) == links
    assert "<b>" not in urgent


@pytest.mark.parametrize("on_hold", [True, False])
def test_what_the_phase_advises_does_not_stand_beside_it_unsaid(on_hold, kims, visit, ana):
    advice = protocol.current().phases[Phase.OFF_SEASON].therapist_brief
    mine = visit()
    assert "By the phase alone" not in text(kims.get(f"/visits/{mine.pk}/"))
    told(ana, "anticoagulants_bleeding")
    if on_hold:
        health_hold.put(ana, by="runner", now=timezone.now())
    page = text(kims.get(f"/visits/{mine.pk}/"))
    assert (f"<b>By the phase alone:</b> {advice}" in page) == (not on_hold)
    assert (advice in page) == (not on_hold)


def test_where_nothing_is_allowed_it_always_says_because_of_what():
    """The phase alone, though a yes that allows more stands beside it."""
    thinners = [given("anticoagulants_bleeding", "clearance")]
    for said, on_hold in product(([], thinners), (True, False)):
        assert firmest(Pressure.NONE, said, on_hold=on_hold).because
    assert firmest(Pressure.NONE, thinners, on_hold=False).because == [THE_PHASE]
    assert not firmest(Pressure.LIGHT, [], on_hold=False).because
