"""The protocol's pages: for the staff to read, for the owner to change, for runners to see."""

from datetime import timedelta

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core import training
from bookings.core.roles import Role
from bookings.core.training import Kind, Phase, Pressure
from bookings.models import ProtocolVersion
from bookings.queries.training import protocol, protocol_file
from tests import factories

DESK = "/desk/protocol/"
BUILD = f"{DESK}phases/build/"
TRAINING = f"{DESK}sessions/training/"
IMPORT, RESET = f"{DESK}import/", f"{DESK}reset/"


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def sign_in(client, role):
    user = factories.make_user(
        f"{role}@example.com", role=Role.RUNNER if role == Role.THERAPIST else role
    )
    if role == Role.THERAPIST:
        factories.make_therapist("Tea Demo", user=user)
    client.force_login(user)
    return client


@pytest.fixture
def owner(client, clinic):
    return sign_in(client, Role.OWNER)


def filled_in(browser, url) -> dict:
    """What the form sends when nobody touches it."""
    form = browser.get(url).context["form"]
    values = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def save(browser, url=BUILD, **typed):
    return browser.post(url, filled_in(browser, url) | typed)


def upload(browser, content: bytes):
    return browser.post(IMPORT, {"file": SimpleUploadedFile("mine.yaml", content)})


def exported(browser) -> bytes:
    return browser.get(f"{DESK}versions/{protocol.current().version}/file/").content


# Reading


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.DESK, Role.OWNER])
def test_the_staff_reads_every_phase_and_only_the_owner_is_offered_to_change_it(
    client, clinic, role
):
    page = text(sign_in(client, role).get(DESK))
    rules = protocol.current()
    for phase in rules.phases.values():
        assert phase.name in page
        assert phase.therapist_brief in page
        assert phase.client_message in page
    for session in rules.session_types.values():
        assert session.why in page
    assert "18 to 13 weeks before the race" in page
    assert "nobody has tested it directly" in page
    assert rules.sources["davis2020"].cite in page
    assert "3 days and 1 day before" in page
    assert (BUILD in page) == (role == Role.OWNER)


def cost_of(browser, url) -> int:
    """The queries of a page that was shown before, so that nothing is read for the first time."""
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        browser.get(url)
    return len(asked)


def test_thirty_versions_cost_no_more_queries_than_two(owner):
    save(owner, TRAINING, minutes="50")
    staffs, public = cost_of(owner, DESK), cost_of(owner, "/protocol/")
    for minutes in range(51, 79):
        save(owner, TRAINING, minutes=str(minutes))
    assert len(owner.get(DESK).context["versions"]) == 30
    assert (cost_of(owner, DESK), cost_of(owner, "/protocol/")) == (staffs, public)


# Changing


def test_a_form_sent_untouched_changes_nothing(owner):
    for phase in Phase:
        answer = save(owner, f"{DESK}phases/{phase}/")
        assert answer.status_code == 302, (phase, answer.context["form"].errors)
    for kind in Kind:
        assert save(owner, f"{DESK}sessions/{kind}/").status_code == 302
    assert not ProtocolVersion.objects.exists()


def test_the_owner_changes_a_phase(owner):
    answer = save(
        owner,
        ceiling="medium_firm",
        standard="14",
        client_message="Long runs are growing.",
        reminder_days="4, 2",
        avoid="one thing\n\nanother thing\n",
    )
    assert answer["Location"] == f"{DESK}#phases-build"
    rules = protocol.current()
    build = rules.phases[Phase.BUILD]
    assert (build.ceiling, build.cadence.standard) == (Pressure.MEDIUM_FIRM, 14)
    assert build.client_message == "Long runs are growing."
    assert build.avoid == ("one thing", "another thing")
    assert build.reminder_days == (4, 2)
    page = text(owner.get(DESK))
    assert "This is now version 2." in page
    assert "owner: owner@example.com" in page


def test_the_owner_changes_a_session(owner):
    save(owner, TRAINING, minutes="75", pressure="medium", why="Because it is pleasant.")
    session = protocol.current().session_types[Kind.TRAINING]
    assert (session.minutes, session.pressure) == (75, Pressure.MEDIUM)
    assert session.why == "Because it is pleasant."


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"standard": "20"}, "standard", "multiple of 7"),
        ({"standard": "x"}, "standard", "whole number"),
        ({"ceiling": "light"}, "ceiling", "lighter than the usual pressure"),
        ({"ceiling": "granite"}, "ceiling", "one of those listed"),
        ({"shortest": "100"}, "longest", "no less"),
        ({"least": "40"}, "most", "no less"),
        ({"client_message": "It prevents injury."}, "client_message", "prevents injury"),
        ({"client_message": "x" * 601}, "client_message", "at most 600"),
        ({"name": ""}, "name", "fill this in"),
        ({"name": "Cures shin splints"}, "name", "no trial"),
        ({"reminder_days": "soon"}, "reminder_days", "whole numbers"),
        ({"reminder_days": "3, 3"}, "reminder_days", "each once"),
        ({"reminder_sentence": "In {tim}"}, "reminder_sentence", "{time}"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_the_form_is_kept(owner, typed, field, words):
    answer = save(owner, therapist_brief="Kept as typed", **typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert words in str(answer.context["form"].errors)
    assert "Kept as typed" in text(answer)
    assert not ProtocolVersion.objects.exists()


def test_a_form_older_than_the_protocol_is_refused_and_says_what_stands_now(owner):
    opened = filled_in(owner, BUILD)
    save(owner, ceiling="medium_firm")
    answer = owner.post(BUILD, opened | {"standard": "14"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Somebody has changed the protocol since you opened this page." in page
    assert "Firmest pressure advised is now: Medium to firm" in page
    assert protocol.current().phases[Phase.BUILD].cadence.standard == 21
    sent_again = opened | {"standard": "14", "ceiling": "medium_firm", "based_on": "2"}
    assert 'name="based_on" value="2"' in page
    assert owner.post(BUILD, sent_again).status_code == 302


@pytest.mark.parametrize("url", [f"{DESK}phases/nap/", f"{DESK}sessions/nap/"])
def test_what_is_no_phase_and_no_session_is_not_found(owner, url):
    assert owner.get(url).status_code == 404


# Versions and files


def test_each_version_says_field_by_field_what_it_changed_and_can_be_downloaded(owner):
    save(owner, ceiling="medium_firm")
    page = text(owner.get(f"{DESK}versions/2/"))
    assert "Build: pressure ceiling" in page
    assert "<del>firm</del>" in page
    assert "<ins>medium to firm</ins>" in page
    file = owner.get(f"{DESK}versions/1/file/")
    assert yaml.safe_load(file.content) == protocol.default_data()
    assert 'filename="protocol-version-1.yaml"' in file["Content-Disposition"]
    assert owner.get(f"{DESK}versions/3/").status_code == 404
    assert owner.get(f"{DESK}versions/0/file/").status_code == 404


def test_what_is_exported_can_be_imported(owner):
    save(owner, ceiling="medium_firm")
    file = exported(owner)
    owner.post(RESET)
    assert protocol.current().phases[Phase.BUILD].ceiling is Pressure.FIRM
    assert upload(owner, file).status_code == 302
    assert protocol.current().phases[Phase.BUILD].ceiling is Pressure.MEDIUM_FIRM
    assert protocol.current().version == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [1", "not YAML that can be read, near line"),
        (b"", "The file is empty."),
        (b"x" * (protocol_file.LARGEST + 1), "larger than 128 KB"),
        (b"\xff\xfe", "not text in UTF-8"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(owner, content, words):
    answer = upload(owner, content)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not ProtocolVersion.objects.exists()


@pytest.mark.parametrize("name", ["protocol.exe", "protocol.yaml.html", "protocol"])
def test_a_file_of_another_kind_is_refused_by_its_name(owner, name):
    file = SimpleUploadedFile(name, protocol_file.written(protocol.default_data()).encode())
    answer = owner.post(IMPORT, {"file": file})
    assert answer.status_code == 422
    assert "a name that ends in .yaml or .yml" in text(answer)
    assert not ProtocolVersion.objects.exists()


def test_a_file_with_one_bad_field_is_refused_by_its_name(owner):
    data = protocol.default_data()
    data["phases"][1]["cadence_days"]["standard"] = 27
    answer = upload(owner, protocol_file.written(data).encode())
    assert answer.status_code == 422
    assert "phases[1].cadence_days.standard must be a multiple of 7" in text(answer)
    assert not ProtocolVersion.objects.exists()


def test_an_import_without_a_file_asks_for_one(owner):
    answer = owner.post(IMPORT)
    assert answer.status_code == 422
    assert "Please choose a file." in text(answer)


def test_a_reset_asks_first_and_shows_what_goes(owner):
    assert "there is nothing to reset" in text(owner.get(RESET))
    save(owner, ceiling="medium_firm")
    assert "<ins>firm</ins>" in text(owner.get(RESET))
    assert protocol.current().version == 2
    owner.post(RESET)
    assert protocol.current().version == 3
    assert protocol.current().phases[Phase.BUILD].ceiling is Pressure.FIRM


# What follows from a change


def test_a_lowered_ceiling_shows_at_once_on_the_picker_and_in_the_plan(
    client, enter, race_day, massage
):
    enter()
    monday = race_day - timedelta(weeks=10) + timedelta(days=2)
    picker = f"/book/{massage.slug}/?from={monday}&day={monday}"
    light = "Build: light to medium pressure at most."
    assert light not in text(client.get(picker))
    browser = type(client)()
    save(sign_in(browser, Role.OWNER), usual="light", ceiling="light_medium")
    assert light in text(client.get(picker))
    in_build = [
        one.offer.session.pressure
        for one in client.get("/plan/").context["page"].proposals
        if one.phase.phase is Phase.BUILD
    ]
    assert in_build
    assert set(in_build) == {Pressure.LIGHT_MEDIUM}


def test_the_plan_names_the_version_it_was_made_by(client, enter, clinic):
    enter()
    assert '<a href="/protocol/">How this plan is made</a>: Protocol version 1.' in text(
        client.get("/plan/")
    )
    save(sign_in(type(client)(), Role.OWNER), TRAINING, minutes="50")
    assert f"{protocol.label(protocol.current())}." in text(client.get("/plan/"))
    assert "Protocol version 2, " in protocol.label(protocol.current())


# The public page


def test_runners_read_the_protocol_that_holds(client, massage):
    page = text(client.get("/protocol/"))
    for phase in protocol.current().phases.values():
        assert phase.client_message in page
        assert phase.therapist_brief not in page
    assert "Our own careful choice" in page
    assert "https://bmjopensem.bmj.com/" in page
    assert "Protocol version 1" in page
    save(sign_in(type(client)(), Role.OWNER), client_message="Now it says this.")
    assert "Now it says this." in text(client.get("/protocol/"))
    assert "Now it says this." in text(client.get("/"))
    assert 'href="/protocol/"' in text(client.get("/"))


def test_the_public_page_claims_nothing_and_names_what_it_does_not_promise(client, clinic):
    page = text(client.get("/protocol/"))
    before, _, after = page.partition('<ul class="choices no-promise">')
    listed, _, after = after.partition("</ul>")
    not_allowed = protocol.current().claims.not_allowed
    assert training.claims_in(before + after, not_allowed) == []
    assert not [claim for claim in not_allowed if claim in page]
    assert "<li>injury</li>" in listed


def test_the_public_page_asks_few_questions(client, clinic, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get("/protocol/")


@pytest.mark.parametrize("url", [DESK, BUILD, TRAINING, IMPORT, RESET, "/protocol/"])
def test_no_page_carries_script_or_style_of_its_own(owner, url):
    page = text(owner.get(url))
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page


def test_reminders_inside_a_cutoff_are_told_where_their_days_are_chosen(owner, clinic):
    page = text(owner.get(DESK)).partition('id="reminders"')[2]
    assert "The reminder 1 day before arrives when moving is no longer possible" in page
    save(owner, reminder_days="5, 1")
    build = text(owner.get(DESK)).partition('id="phases-build"')[2].partition("</section>")[0]
    assert "The reminder 1 day before arrives when moving is no longer possible" in build
    assert "5 days before arrives" not in build
    type(clinic).objects.update(move_cutoff_hours=12)
    assert "arrives when" not in text(owner.get(DESK)).partition('id="reminders"')[2]
