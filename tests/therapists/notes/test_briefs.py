"""The brief of a visit: the protocol, the notes before it, the answers, and a hold."""

from datetime import timedelta

from django.utils import timezone

from bookings.models import OwnPlan
from tests import factories
from tests.clock import day_of
from tests.therapists.conftest import text
from therapists.models import HealthCheck, Note
from therapists.models.sealed import Sealed


def test_the_brief_says_what_the_protocol_and_the_notes_say(sign, kims, visit, earlier, ana):
    for days in (40, 30, 20, 10):
        sign(earlier(days), plan=f"Plan of {days} days ago",
             **{"kind-left-calf": "tightness", "level-left-calf": "5"})  # fmt: skip
    page = text(kims.get(f"/visits/{visit().pk}/"))
    assert "Plan of 10 days ago" in page
    assert "left calf in 4 of the last 4" in page
    assert "No race load" in page
    assert "Is one calf or thigh swollen" in page


def test_after_a_race_the_brief_asks_for_its_warning_signs(kims, visit, ana, noon, clinic):
    before = text(kims.get(f"/visits/{visit().pk}/"))
    assert "dark like cola" not in before
    day = clinic.day_of(noon)
    factories.make_race(ana, race_date=day - timedelta(days=2))
    after = text(kims.get(f"/visits/{ana.appointments.get().pk}/"))
    assert "dark like cola" in after


def told(client, *yes, no=(), form="full", rule="clearance", given_at=factories.NOW, **more):
    given = [
        {"key": key, "ask": "?", "rule": rule, "urgent": False, "action": "Doctor agrees.",
         "yes": key in yes, "more": "Since May"} for key in (*yes, *no)
    ]  # fmt: skip
    content = {"protocol": 1, "given": given, "text": "", "pressure": "", "changed": None, **more}
    return HealthCheck.objects.create(
        client=client, form=form, given_at=given_at, by="runner", content=Sealed.of(content)
    )


def test_the_answers_stand_in_the_brief_and_in_short_on_today(kims, visit, ana):
    told(ana, "anticoagulants_bleeding", text="Ask me about my hip")
    mine = visit()
    page = text(kims.get(f"/visits/{mine.pk}/"))
    assert "Blood thinners or bleeding" in page
    assert "Since May" in page
    assert "Ask me about my hip" in page
    assert "Blood thinners or bleeding" in text(kims.get("/today/"))


def test_a_later_no_takes_a_yes_back(kims, visit, ana):
    told(ana, "fever_infection", "varicose_veins", rule="wait")
    later = factories.NOW + timedelta(days=9)
    told(ana, no=["fever_infection"], form="changed", changed=False, given_at=later)
    page = text(kims.get(f"/visits/{visit().pk}/"))
    assert "Fever or infection" not in page
    assert "Varicose veins" in page


def test_of_a_training_plan_a_brief_tells_hard_days_near_the_visit_and_no_more(kims, visit, ana):
    mine = visit()
    day = day_of(mine.starts_at)
    kinds = {-9: "hard", -2: "long", -1: "easy", 1: "hard", 3: "race", 4: "long"}
    days = [[f"{day + timedelta(days=n)}", kind, 133, 27.7, True] for n, kind in kinds.items()]
    OwnPlan.objects.create(client=ana, read_at=timezone.now(), days=days)
    answer = kims.get(f"/visits/{mine.pk}/")
    assert [(one - day).days for one in answer.context["brief"].hard_days] == [-2, 1, 3]
    page = text(answer)
    assert "Hard days" in page
    assert not any(told in page for told in ("133", "27.7", "Long run", "Easy run"))


def test_what_led_to_a_hold_is_seen_until_a_therapist_lifts_it(kims, visit, ana):
    ana.health_hold = True
    ana.save()
    now = timezone.now()
    told(ana, "clot_signs", form="changed", given_at=now - timedelta(days=2))
    told(ana, no=["clot_signs", "cancer"], given_at=now - timedelta(days=1))
    mine = visit()
    assert "Signs of a clot" in text(kims.get(f"/visits/{mine.pk}/"))
    kims.post(f"/visits/{mine.pk}/clear/", {"decision": "lift", "reason": "Seen by her doctor"})
    assert "Signs of a clot" not in text(kims.get(f"/visits/{mine.pk}/"))


def test_the_hold_is_lifted_with_a_reason_and_not_without(kims, visit, ana):
    ana.health_hold = True
    ana.save()
    mine = visit()
    assert "On hold" in text(kims.get("/today/"))
    lifted, url = {"decision": "lift", "reason": "Her doctor agrees"}, f"/visits/{mine.pk}/clear/"
    assert "give a reason" in text(kims.post(url, {**lifted, "reason": " "}), 422)
    kims.post(url, lifted)
    ana.refresh_from_db()
    assert not ana.health_hold
    assert ana.clearances.get().content.opened() == lifted


def test_the_history_takes_as_many_queries_for_ten_visits_as_for_one(
    sign, kims, earlier, django_assert_max_num_queries, django_assert_num_queries
):
    sign(earlier(1), plan="x")
    url = f"/clients/{Note.objects.get().appointment.client_id}/history/"
    with django_assert_max_num_queries(18) as seen:
        kims.get(url)
    as_many = len(seen)
    for days in range(2, 11):
        sign(earlier(days), plan="x", **{"kind-left-knee": "pain", "level-left-knee": "3"})
    with django_assert_num_queries(as_many):
        page = text(kims.get(url))
    assert "What was marked, visit by visit" in page
