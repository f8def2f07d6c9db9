"""The catalogue of sources is sound; a snapshot out of the lake says what the sources said, and who said it."""

from datetime import date

import pytest

from anmin.kernel.facts.batches import actions
from anmin.kernel.facts.lake import actions as lake
from anmin.kernel.facts.lake.places import lake_home
from anmin.kernel.facts.lake.snapshots import changed_households
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.lookups import find_household
from anmin.policy.rules import Level
from tests.kernel.facts.test_batches import ON, written
from tests.make import a_household, a_number, a_person


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


def test_there_are_twenty_sources_and_each_says_by_which_right_it_is_kept():
    found = sources()

    assert len(found) >= 20
    for source in found.values():
        assert source.legal_basis and source.purpose and source.retention_months > 0 and source.department
        assert {column.form for column in source.columns} >= {"identity", "name"}
        assert len({column.title for column in source.columns}) == len(source.columns)


def test_every_fact_a_source_feeds_is_in_the_catalogue_at_its_level():
    facts = rulebook().facts

    for source in sources().values():
        for column in source.columns:
            if column.fact:
                assert column.fact in facts, (source.key, column.name)
                assert facts[column.fact].level is Level(column.level), (source.key, column.name)


@pytest.fixture
def family(db):
    people = [a_person(name, serial=at) for at, name in enumerate(["王建国", "李秀兰"], 1)]
    return a_household("H1", "371002001001", *people)


def take(tmp_path, source, heading, rows, period, **more):
    path = written(tmp_path / f"{source}-{period}-{len(more)}.csv", rows, heading)
    return actions.take_in(
        by="test", source=source, period=period, path=path, facts=rulebook().facts, on=ON, **more
    ).batch


def pensions(tmp_path, amount, period="2026-10", **more):
    heading = ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"]
    return take(tmp_path, "pensions", heading, [[a_number(1), "王建国", amount, ""]], period, **more)


def homes(tmp_path):
    heading = ["身份证号", "姓名", "住房套数", "非住宅类房产数"]
    rows = [[a_number(1), "王建国", "1", "0"], [a_number(2), "李秀兰", "2", ""]]
    return take(tmp_path, "real_estate", heading, rows, "2026-10")


def facts_of(snapshot):
    book = rulebook()
    return find_household(snapshot, "H1", list(book.facts.values()))


@pytest.mark.django_db
def test_a_snapshot_says_what_the_sources_said(tmp_path, family):
    batch = pensions(tmp_path, "12000")
    homes(tmp_path)

    snapshot, feeds = lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)

    home = facts_of(snapshot)
    assert [row.get("retirement_pension_year", 0) for row in home.members] == [1_200_000, 0]
    assert home.facts["homes"] == 3
    assert {feed.source.key for feed in feeds} == {"pensions", "real_estate"}
    said = snapshot.manifest["provenance"]["retirement_pension_year"]
    assert (said["department"], said["period"], said["batches"]) == (
        "人力资源和社会保障局",
        "2026-10",
        [batch.pk],
    )


@pytest.mark.django_db
def test_a_correction_and_a_newer_period_count_and_the_old_word_stays_for_its_day(tmp_path, family):
    first = pensions(tmp_path, "10000", "2026-09")
    pensions(tmp_path, "11000", "2026-09", corrects=first)
    pensions(tmp_path, "12000", "2026-10")

    now, _ = lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)
    then, _ = lake.make_snapshot(by="test", on=date(2026, 10, 15), facts=rulebook().facts)

    assert facts_of(now).members[0]["retirement_pension_year"] == 1_200_000
    assert facts_of(then).members[0]["retirement_pension_year"] == 1_100_000


@pytest.mark.django_db
def test_silence_is_not_zero(tmp_path, family):
    homes(tmp_path)

    snapshot, _ = lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)

    assert "retirement_pension_year" not in snapshot.manifest["facts"]["person"]


@pytest.mark.django_db
def test_the_dead_and_those_who_left_are_not_in_the_snapshot(tmp_path, family):
    from anmin.kernel.people.models import Person
    from anmin.kernel.people.register import actions as register

    register.record_death(
        by="test", person=Person.objects.order_by("pk").last(), source="police", day=date(2026, 11, 1)
    )
    homes(tmp_path)

    snapshot, _ = lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)

    assert len(facts_of(snapshot).members) == 1


@pytest.mark.django_db
def test_only_households_with_another_word_are_changed(tmp_path, family):
    a_household("H2", "371002001001", a_person("赵六", serial=9))
    old = pensions(tmp_path, "10000", "2026-09")
    new = pensions(tmp_path, "12000", "2026-10")
    lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)
    (people,) = (lake_home() / "register").glob(f"{ON}-*.parquet")

    changed = changed_households(people, [lake_home() / old.path], [lake_home() / new.path], ["employee"])

    assert changed == ["H1"]


@pytest.mark.django_db
def test_an_empty_register_and_a_broken_lake_are_told(tmp_path):
    with pytest.raises(PolicyError, match="登记簿"):
        lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)
    a_household("H1", "371002001001", a_person("王建国", serial=1))
    batch = pensions(tmp_path, "1")
    (lake_home() / batch.path).write_bytes(b"broken")

    with pytest.raises(PolicyError, match="数据湖"):
        lake.make_snapshot(by="test", on=ON, facts=rulebook().facts)


def tables(snapshot):
    """Everything a snapshot says, household by household, however it is cut into parts."""
    import pyarrow as pa

    pairs = [(snapshot.household_table(at), snapshot.person_table(at)) for at in range(snapshot.parts)]
    homes = pa.concat_tables([homes.unify_dictionaries() for homes, _ in pairs]).to_pylist()
    return homes, pa.concat_tables([people for _, people in pairs]).to_pylist()


@pytest.fixture
def village(db, monkeypatch):
    """Forty households of two in parts of about twenty persons."""
    for module in ("snapshots", "increments"):
        monkeypatch.setattr(f"anmin.kernel.facts.lake.{module}.PERSONS_IN_PART", 20)
    monkeypatch.setattr("anmin.kernel.facts.lake.increments.FULLEST", 30)
    names = [f"王{letter}" for letter in "甲乙丙丁戊己庚辛壬癸"]
    return [
        a_household(
            f"V{at:03d}",
            "371002001001",
            a_person(names[at % 10], serial=2 * at + 1),
            a_person(names[at % 7], serial=2 * at + 2),
        )
        for at in range(40)
    ]


def amounts(tmp_path, changed=(), period="2026-09", **more):
    heading = ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"]
    rows = [[a_number(at), "王甲", "20000" if at in changed else str(1000 + at), ""] for at in range(1, 81)]
    return take(tmp_path, "pensions", heading, rows, period, **more)


def updated_and_rebuilt(day):
    facts = rulebook().facts
    snapshot, changed = lake.update_snapshot(by="test", on=day, facts=facts)
    said = tables(snapshot)
    whole, _ = lake.make_snapshot(by="test", on=day, facts=facts)
    return changed, said, tables(whole), snapshot


def test_a_daily_increment_says_the_same_as_a_full_rebuild(tmp_path, village):
    from anmin.kernel.people.register import actions as register

    facts = rulebook().facts
    amounts(tmp_path)
    first, whole = lake.update_snapshot(by="test", on=date(2026, 10, 20), facts=facts)
    assert whole is None and first.parts == 4
    amounts(tmp_path, changed={3, 4, 77}, period="2026-10")
    register.add_member(
        by="test",
        household=village[20],
        person=a_person("新来的", serial=400),
        relation=2,
        is_head=False,
        first_day=date(2026, 11, 1),
    )

    changed, said, rebuilt, snapshot = updated_and_rebuilt(ON)

    assert changed == 3
    assert said == rebuilt
    assert snapshot.manifest["on"] == ON.isoformat()


def test_a_second_increment_of_the_same_day_does_nothing(tmp_path, village):
    amounts(tmp_path)
    first, _ = lake.update_snapshot(by="test", on=ON, facts=rulebook().facts)

    again, changed = lake.update_snapshot(by="test", on=ON, facts=rulebook().facts)

    assert (again.folder, changed) == (first.folder, 0)


def test_parts_without_a_change_are_taken_over_and_not_copied(tmp_path, village):
    amounts(tmp_path)
    first, _ = lake.update_snapshot(by="test", on=date(2026, 10, 20), facts=rulebook().facts)
    amounts(tmp_path, changed={1}, period="2026-10")

    second, changed = lake.update_snapshot(by="test", on=ON, facts=rulebook().facts)

    same = [
        (first.folder / f"persons-{at:05d}.parquet").samefile(second.folder / f"persons-{at:05d}.parquet")
        for at in range(4)
    ]
    assert changed == 1
    assert same == [False, True, True, True]


def test_an_increment_that_overlooks_a_source_is_caught(tmp_path, village, monkeypatch):
    """The wrong variant: who looks at the register alone keeps last month's pensions."""
    from anmin.kernel.facts.lake import increments

    amounts(tmp_path)
    lake.update_snapshot(by="test", on=date(2026, 10, 20), facts=rulebook().facts)
    amounts(tmp_path, changed={3}, period="2026-10")
    monkeypatch.setattr(increments, "_changed", lambda *given: [])

    _, said, rebuilt, _ = updated_and_rebuilt(ON)

    assert said != rebuilt


def test_a_new_source_or_lost_files_ask_for_a_full_rebuild(tmp_path, village):
    batch = amounts(tmp_path)
    lake.update_snapshot(by="test", on=date(2026, 10, 20), facts=rulebook().facts)
    homes(tmp_path)

    changed, said, rebuilt, _ = updated_and_rebuilt(ON)
    assert changed is None and said == rebuilt
    amounts(tmp_path, changed={3}, period="2026-10")
    (lake_home() / batch.path).unlink()

    assert updated_and_rebuilt(ON)[0] is None
