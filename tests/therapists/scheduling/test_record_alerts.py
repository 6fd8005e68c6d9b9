"""What the desk sees of a client's record, a therapist sees as well before they begin."""

from datetime import timedelta

import pytest

from tests import factories
from tests.therapists.conftest import text

pytestmark = pytest.mark.fixed_clock  # 18 years before 29 February is no day
MINOR, OTHER = "Under 18, consent missing", "Different name given"
# Every page of a therapist that names a client, of a visit that comes and of one that is signed.
AHEAD = ["/today/", "/today/{day}/", "/today/{day}/sheet/", "/visits/{pk}/", "/visits/{pk}/note/",
         "/visits/{pk}/ask/", "/clients/{client}/history/"]  # fmt: skip
SIGNED = ["/visits/{pk}/note/", "/visits/{pk}/note/?amend", "/visits/{pk}/letter/"]


@pytest.fixture
def someone(noon, clinic):
    """Whose birthday is so many days after today, the 18th if no other is named."""

    def _someone(days_to_birthday=1, **fields):
        day = clinic.day_of(noon) + timedelta(days=days_to_birthday)
        born = day.replace(year=day.year - 18)
        namesake = factories.make_client("Mo Demo")
        return factories.make_client(date_of_birth=born, same_address_as=namesake, **fields)

    return _someone


def test_every_page_of_a_visit_says_what_the_desk_sees(
    kims, visit, earlier, sign, someone, noon, clinic
):
    client = someone()
    ahead, past = visit(client=client), earlier(2, client=client)
    pages = [(url, ahead) for url in AHEAD] + [("/notes/", past)]
    said = {url: _said(kims, url, one, clinic) for url, one in pages}
    sign(past, plan="x")
    said |= {f"signed {url}": _said(kims, url, past, clinic) for url in SIGNED}
    assert {url: found for url, found in said.items() if found != {MINOR, OTHER}} == {}


def _said(kims, url, visit, clinic):
    day = clinic.day_of(visit.starts_at)
    return _of(text(kims.get(url.format(day=day, pk=visit.pk, client=visit.client_id))))


def test_neither_the_kept_page_nor_the_phone_in_the_clients_hands_says_it(kims, visit, someone):
    mine = visit(client=someone())
    assert not _of(text(kims.get("/today/offline/")))
    kims.post(f"/visits/{mine.pk}/hand-over/")
    page = text(kims.get(f"/visits/{mine.pk}/ask/"))
    assert "Only those who treat you can read your answers" in page
    assert not _of(page)


def _of(page):
    return {words for words in (MINOR, OTHER) if words in page}


@pytest.mark.parametrize(
    ("days_to_birthday", "in_days", "consent", "is_said"),
    [(1, 0, False, True), (1, 1, False, False), (40, 30, False, True), (1, 0, True, False)],
)
def test_it_is_about_the_age_on_the_day_of_the_visit_also_where_health_is_shut(
    kims, visit, someone, noon, clinic, days_to_birthday, in_days, consent, is_said
):
    agreed = {"guardian_agreed_at": noon} if consent else {}
    one = visit(noon + timedelta(days=in_days), client=someone(days_to_birthday, **agreed))
    page = text(kims.get(f"/today/{clinic.day_of(one.starts_at)}/"))
    assert (MINOR in page) == is_said
