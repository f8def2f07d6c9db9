"""GB/T 42195-2022: maxima, bands, the level raised at most once, and what is refused."""

import pytest

from anmin.domains.elderly.assessment.scoring import (
    BadAnswers,
    Conditions,
    Level,
    items,
    level_of,
    scale,
    score,
)


def answers(total=90, **given):
    """Answers with a total, points taken off item by item from the top."""
    found = {key: item.most for key, item in items().items()} | {
        key.replace("_", "."): value for key, value in given.items()
    }
    for key, item in items().items():
        while sum(found.values()) > total and key.replace(".", "_") not in given:
            lower = [option.score for option in item.options if option.score < found[key]]
            if not lower:
                break
            found[key] = max(lower)
    return found


def test_the_scale_has_four_parts_twenty_six_items_and_ninety_points():
    assert [(part.key, len(part.items), part.most) for part in scale()] == [
        ("B.1", 8, 32),
        ("B.2", 4, 15),
        ("B.3", 9, 28),
        ("B.4", 5, 15),
    ]
    assert len(items()) == 26
    for item in items().values():
        assert [option.score for option in item.options] == sorted(
            {option.score for option in item.options}, reverse=True
        )
        assert item.options[-1].score == 0


@pytest.mark.parametrize(
    ("total", "level"),
    [(90, 0), (89, 1), (66, 1), (65, 2), (46, 2), (45, 3), (30, 3), (29, 4), (0, 4)],
)
def test_bands_begin_and_end_where_the_standard_says(total, level):
    assert level_of(total) == level
    assert score(answers(total)).total == total
    assert score(answers(total)).final == level


def test_all_maxima_but_transport_is_mild():
    done = score(answers(90, B_4_4=2) | {"B.4.4": 2})

    assert (done.total, done.preliminary, done.final) == (89, Level.MILD, Level.MILD)


@pytest.mark.parametrize(
    ("total", "conditions", "final"),
    [
        (40, Conditions(dementia=True, risk_events=3), Level.COMPLETE),
        (20, Conditions(dementia=True), Level.COMPLETE),
        (88, Conditions(coma=True), Level.COMPLETE),
        (70, Conditions(risk_events=1), Level.MILD),
        (70, Conditions(risk_events=2), Level.MODERATE),
        (70, Conditions(dementia=True, disorder=True, risk_events=4), Level.MODERATE),
        (90, Conditions(disorder=True), Level.MILD),
    ],
)
def test_conditions_raise_the_level_once(total, conditions, final):
    done = score(answers(total), conditions)

    assert done.final == final
    assert bool(done.because) == (done.final != done.preliminary or total == 20)


def test_a_level_raised_twice_would_be_noticed():
    """The wrong variant adds one for each condition."""
    conditions = Conditions(dementia=True, risk_events=3)
    wrong = min(4, level_of(70) + 2)

    assert score(answers(70), conditions).final == Level.MODERATE != wrong


def test_a_score_above_the_maximum_is_refused_by_name():
    with pytest.raises(BadAnswers) as refused:
        score(answers() | {"B.2.4": 4})

    assert list(refused.value.items) == ["B.2.4"]
    assert "最高 3 分" in str(refused.value)


@pytest.mark.parametrize("value", [None, "", "4", 2.0, True, -1, 9])
def test_what_is_no_answer_is_refused(value):
    with pytest.raises(BadAnswers):
        score(answers() | {"B.1.1": value})


def test_an_unknown_item_is_refused_and_a_missing_one_named():
    wrong = answers() | {"B.9.9": 1}
    del wrong["B.1.3"]

    with pytest.raises(BadAnswers) as refused:
        score(wrong)

    assert set(refused.value.items) == {"B.9.9", "B.1.3"}
    assert "洗澡" in refused.value.items["B.1.3"]
