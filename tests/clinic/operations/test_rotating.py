"""Which backups stay."""

from datetime import UTC, datetime, timedelta

from clinic.operations.backups.rotate import name_at, rotate, too_old

START = datetime(2026, 3, 1, 2, tzinfo=UTC)  # a Sunday, four weeks before the clocks change


def kept(names, **limits):
    return sorted(set(names) - set(too_old(names, **limits)))


def test_the_newest_of_each_of_the_last_days_and_weeks_stay():
    names = [
        name_at(START + timedelta(days=day, hours=hour)) for day in range(60) for hour in (0, 9)
    ]
    stay = kept(names, daily=3, weekly=4)
    days = [datetime.strptime(name[6:14] + "Z", "%Y%m%d%z").date() for name in stay]
    last = (START + timedelta(days=59)).date()
    sundays = [day for day in days if day.isoweekday() == 7]
    assert sorted(set(days))[-3:] == [last - timedelta(days=2), last - timedelta(days=1), last]
    assert len(set(sundays)) == 3  # the fourth week is the one that has just begun
    older = stay[:-4]  # than two days, of which all stay
    assert older
    assert all("T11" in name for name in older)


def test_a_year_of_nights_leaves_what_was_asked_for():
    names = []
    for night in range(365):
        names.append(name_at(START + timedelta(days=night)))
        names = kept(names, daily=7, weekly=5)
        assert name_at(START + timedelta(days=night)) in names
    assert len(names) in (11, 10)


def test_one_made_by_hand_takes_the_place_of_none_of_the_last_two_days():
    nights = [name_at(START + timedelta(days=day)) for day in range(3)]
    by_hand = [name_at(START + timedelta(days=2, hours=hour)) for hour in range(1, 9)]
    assert kept([*nights, *by_hand], daily=1, weekly=1) == [*nights[1:], *by_hand]


def test_the_newest_stays_whatever_is_asked():
    names = [name_at(START), name_at(START + timedelta(days=2))]
    assert kept(names, daily=0, weekly=0) == names[1:]


def test_days_without_a_backup_push_none_out():
    names = [name_at(START), name_at(START + timedelta(days=100))]
    assert kept(names, daily=2, weekly=0) == names


def test_other_files_are_not_ours_to_delete(tmp_path):
    others = ["notes.txt", "taper-20260101T000000Z.backup.old", ".taper-x.backup", "taper-.backup"]
    for name in [*others, name_at(START), name_at(START + timedelta(days=3))]:
        (tmp_path / name).touch()
    assert rotate(tmp_path, daily=1, weekly=1) == [name_at(START)]
    assert {path.name for path in tmp_path.iterdir()} == {
        *others,
        name_at(START + timedelta(days=3)),
    }
