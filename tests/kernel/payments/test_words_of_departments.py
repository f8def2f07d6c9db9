"""E11: what a department's batch says before the file is made leaves no fen past it; whoever does not listen is caught."""

import csv
from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.facts.batches import actions as batches
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import PayFileLine
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.kernel.payments.sentinels.hearing.actions import hear
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.payments.banks.banking import a_return, received
from tests.kernel.payments.money import (
    COUNTY,
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    approved,
    approver,
    decided,
)
from tests.make import a_number

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)
NAMES = ("王秀英", "李建国", "张桂兰", "刘玉珍", "陈志强", "赵淑芬", "孙德才", "周凤英")
SAID = {
    "deaths": {"died_on": "2026-11-02"},
    "cremations": {"cremated_on": "2026-11-03"},
    "custody": {"absence": "在监狱服刑"},
    "elsewhere": {"place": "烟台市", "since": "2026-10-01"},
}
"""What each department says of whom it is about; the others are not named."""


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


def say(folder, source, serials, **values):
    """A batch of a department about the heads of some families."""
    told = sources()[source]
    path = folder / f"{source}-{len(list(folder.iterdir()))}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([column.title for column in told.columns])
        for serial in serials:
            row = {"number": a_number(serial * 10), "person_name": NAMES[serial % len(NAMES)]}
            row |= SAID.get(source, {}) | values
            out.writerow([row.get(column.name, "") for column in told.columns])
    batches.take_in(
        by="test",
        source=source,
        period={"weekly": "2026-11-24", "half_yearly": "2026H2"}.get(told.frequency, "2026-11"),
        path=path,
        facts=rulebook().facts,
        on=TODAY,
    )


def a_city(number):
    """So many families of one, each with a benefit; the amounts tell them apart."""
    a_budget(10_000_000_00)
    made = {}
    for serial in range(1, number + 1):
        home, people = a_family(f"H{serial}", NAMES[serial % len(NAMES)], serial=serial)
        made[serial] = (home, people[0], a_grant(home, 700_00 + serial, date(2026, 10, 1)))
    return made


def leaked(planted):
    """Fen that stand in files for people of whom a department spoke."""
    rows = PayFileLine.objects.filter(pay_line__person__in=[person.pk for _home, person, _row in planted])
    return sum(row.fen for row in rows)


def plant(folder, city):
    """Each department speaks of one family in six; the rest nobody names."""
    planted = {source: [at for at in city if at % 6 == place] for place, source in enumerate(SAID)}
    for source, serials in planted.items():
        say(folder, source, serials)
    return [city[at] for serials in planted.values() for at in serials]


def pay(run):
    filing.make_files(by="test", run=run, on=TODAY)


def test_no_fen_leaves_for_whom_a_department_spoke_of_after_the_run_was_signed(tmp_path):
    city = a_city(18)
    run = approved(a_run(MONTH))
    planted = plant(tmp_path, city)

    pay(run)

    assert len(planted) == 12
    assert leaked(planted) == 0
    assert PayFileLine.objects.count() == 18 - 12
    assert set(Sentinel.objects.values_list("kind", flat=True)) == {
        "death",
        "cremation",
        "detention",
        "double",
    }


def test_whoever_does_not_listen_before_the_file_lets_money_leak(tmp_path, monkeypatch):
    """The wrong variant: words of departments are not heard when files are made."""
    city = a_city(12)
    run = approved(a_run(MONTH))
    planted = plant(tmp_path, city)
    monkeypatch.setattr(filing, "hear", lambda **told: [])

    pay(run)

    assert leaked(planted) > 0


def test_whoever_hears_only_of_deaths_is_caught_too(tmp_path, monkeypatch):
    """The wrong variant: one department is heard and the others are not."""
    from anmin.kernel.payments.sentinels.hearing import words

    city = a_city(12)
    run = approved(a_run(MONTH))
    planted = plant(tmp_path, city)
    monkeypatch.setattr(words, "WORDS", words.WORDS[:1])

    pay(run)

    assert leaked(planted) > 0


def test_what_came_before_the_check_is_an_exception_that_names_the_source_and_who_decides(tmp_path):
    city = a_city(6)
    planted = plant(tmp_path, city)

    run = a_run(MONTH)

    found = PayException.objects.filter(run=run, line__isnull=False)
    assert {(one.code, one.person_id) for one in found} == {
        (code, city[serial][1].pk)
        for serial, code in ((6, "death_clue"), (1, "cremated"), (2, "detained"), (3, "double"))
    }
    assert {one.power for one in found} == {"payments.decide"}
    assert "外地在享待遇" in str(found.get(code="double").details)
    assert PayLine.objects.filter(run=run, state="held").count() == len(planted) == 4


def test_an_expired_certificate_holds_the_subsidy_that_rests_on_it_and_nothing_else(tmp_path):
    (home, person, dibao), _other = a_city(2).values()
    say(
        tmp_path,
        "disability",
        [1],
        kind="肢体",
        level="2",
        valid_to="2026-10-31",
    )
    assert hear(by="test", division=COUNTY, on=TODAY) == []

    a_grant(home, 150_00, MONTH, benefit="disability/care_subsidy", person=person)
    (one,) = hear(by="test", division=COUNTY, on=TODAY)

    assert (one.kind, one.first_day, one.person) == ("certificate", MONTH, person)
    assert dibao.benefit == "assistance/dibao"


def test_the_same_word_is_heard_once_and_after_it_was_lifted_only_when_it_is_said_again(tmp_path):
    a_city(1)
    say(tmp_path, "cremations", [1])
    (one,) = hear(by="test", division=COUNTY, on=TODAY)
    assert hear(by="test", division=COUNTY, on=TODAY) == []

    sentinels.lift(by=approver(), sentinel=one, on=TODAY, reason="同名，不是本人")

    assert hear(by="test", division=COUNTY, on=TODAY) == []
    say(tmp_path, "cremations", [1], cremated_on="2026-11-20")
    assert [row.first_day for row in hear(by="test", division=COUNTY, on=TODAY)] == [date(2026, 11, 20)]


def test_a_returned_line_does_not_go_out_again_once_a_department_spoke(tmp_path):
    a_city(1)
    run = approved(a_run(MONTH))
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files
    file.state = "accepted"
    file.save()
    received(file, a_return(file, "returned"))
    say(tmp_path, "deaths", [1])

    with pytest.raises(PaymentProblem, match="核实后解除") as refused:
        reissuing.reissue(by="test", run=run, lines=PayLine.objects.all(), on=TODAY)
    assert refused.value.code == "sentinel"


def test_who_is_not_paid_here_is_not_written_down(tmp_path):
    a_city(1)
    say(tmp_path, "deaths", [1, 7])

    checks.check(by="test", run=a_run(MONTH, checked=False), on=TODAY)

    assert Sentinel.objects.count() == 1


def test_a_departments_file_that_cannot_be_read_stops_the_check_with_the_reason(tmp_path, settings):
    a_city(1)
    say(tmp_path, "deaths", [1])
    (file,) = (settings.ANMIN_HOME / "lake").rglob("*.parquet")
    file.write_bytes(b"broken")

    with pytest.raises(PaymentProblem, match="anmin verify") as refused:
        a_run(MONTH)

    assert refused.value.code == "lake"


def test_a_last_payment_that_goes_out_after_its_benefit_has_ended_is_still_held_by_what_is_said(tmp_path):
    """The run of October is paid in November; with October the benefit ended."""
    city = a_city(1)
    home, _person, row = city[1]
    run = approved(a_run(date(2026, 10, 1)))
    entitlements.end(
        by="test", decision=decided(home, "stop", date(2026, 10, 20)), entitlement=row, first_month=MONTH
    )
    say(tmp_path, "elsewhere", [1])

    pay(run)

    assert leaked(list(city.values())) == 0


def test_a_word_that_is_over_does_not_silence_a_new_one_of_the_same_kind(tmp_path):
    city = a_city(1)
    sentinels.record(
        by="test",
        person=city[1][1],
        kind="detention",
        first_day=date(2024, 1, 5),
        last_day=date(2024, 6, 30),
        source=sources()["custody"].title,
        on=TODAY,
    )
    say(tmp_path, "custody", [1])

    (one,) = hear(by="test", division=COUNTY, on=TODAY)

    assert (one.kind, one.first_day.year) == ("detention", 2026)
