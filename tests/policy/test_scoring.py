"""From hits to what someone looks at: one cause once, several add up, closed ones keep quiet, thresholds tried on history."""

from datetime import date

from anmin.policy.alerts import Alert, Hit, Shown, hits_table
from anmin.policy.codes import Colour, Direction
from anmin.policy.scoring import Seen, after_hit, colour_of, merged, score
from anmin.policy.trials import Outcome, compare

DAY = date(2026, 10, 31)
BANDS = ((20, 1), (40, 2), (60, 3), (80, 4))


def hit(rule="M01", cause="illness", weight=30, on=DAY, home="H1", value=0, **more):
    values = (Shown("inpatient_top", 0, value, "医保", "2026-10", "", None),)
    given = {"direction": Direction.NEED, "colour": Colour.YELLOW} | more
    return Hit(
        f"assistance/{rule}",
        DAY,
        home,
        "P1",
        "371002",
        on,
        "2026-10",
        cause=cause,
        weight=weight,
        values=values,
        **given,
    )


def test_x_118_two_rules_of_one_cause_count_once_and_the_heavier_leads():
    """X-118."""
    one = merged([hit("M02", weight=20), hit("M01", weight=30)])

    assert len(one) == 1
    assert one[0].leading.rule == "assistance/M01"
    assert [other.rule for other in one[0].others] == ["assistance/M02"]
    assert score(one, 0) == 30


def test_several_causes_and_who_they_are_add_up_to_a_colour():
    causes = merged([hit("M01", weight=30), hit("M15", cause="work", weight=25), hit("M02", weight=20)])

    points = score(causes, 15)

    assert points == 30 + 25 + 15
    assert colour_of(points, BANDS) is Colour.ORANGE
    assert colour_of(19, BANDS) is Colour.NONE


def test_what_may_end_a_benefit_is_no_risk_and_identity_alone_is_none():
    causes = merged([hit("M28", cause="property", weight=50, direction=Direction.LESS)])

    assert score(causes, 20) == 0


def test_a_closed_alert_keeps_quiet_and_is_reopened_with_its_first_hit():
    first, is_new = after_hit(None, hit(on=date(2026, 1, 31)), 3)
    closed = Seen(first.first_hit, first.last_hit, closed_on=date(2026, 2, 10), quiet=True)

    during, looks = after_hit(closed, hit(on=date(2026, 5, 10)), 3)
    later, looks_again = after_hit(closed, hit(on=date(2026, 5, 11)), 3)

    assert is_new
    assert not looks
    assert looks_again
    assert during.closed_on == date(2026, 2, 10)
    assert later == Seen(date(2026, 1, 31), date(2026, 5, 11), reopened=1)


def test_an_open_alert_is_not_raised_twice():
    known, _ = after_hit(None, hit(on=date(2026, 1, 31)), 3)

    again, looks = after_hit(known, hit(on=date(2026, 2, 28)), 3)

    assert not looks
    assert again.first_hit == date(2026, 1, 31)
    assert again.last_hit == date(2026, 2, 28)


def test_a_lower_threshold_says_how_many_more_and_how_many_of_them_true():
    alert = Alert("M02", "resident_bill", Direction.NEED, "illness", key="assistance/M02")
    old = [hit("M02", home=f"A{at}", value=1_200_000) for at in range(5)]
    more = [hit("M02", home=f"B{at}", value=850_000) for at in range(14)]
    outcomes = [Outcome(1_010_000 + at, at % 2 == 0) for at in range(20)] + [Outcome(5_000_000, True)] * 60

    trial = compare(alert, hits_table(old), hits_table([*old, *more]), outcomes, "inpatient_top")

    assert (trial.before, trial.after, len(trial.added), len(trial.dropped)) == (5, 19, 14, 0)
    assert trial.share == 0.5
    assert trial.expected == 7
    assert trial.low < 0.5 < trial.high
    assert trial.sentence == "上月会多 14 条，其中核实有困难的估计 7 条（4 到 10 条，依据 20 条核实结果）。"


def test_without_anything_verified_no_estimate_is_made():
    alert = Alert("M02", "resident_bill", Direction.NEED, "illness", key="assistance/M02")

    trial = compare(alert, hits_table([]), hits_table([hit("M02")]), [], "inpatient_top")

    assert trial.expected is None
    assert "无法估计" in trial.sentence


def test_a_higher_threshold_says_how_many_fewer():
    alert = Alert("M02", "resident_bill", Direction.NEED, "illness", key="assistance/M02")

    trial = compare(alert, hits_table([hit("M02")]), hits_table([]), [Outcome(1, True)], "inpatient_top")

    assert trial.sentence == "上月会少 1 条。"
