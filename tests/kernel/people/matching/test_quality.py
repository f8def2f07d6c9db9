"""How good matching is: published data, a city with planted errors, ten thousand twins and namesakes; and each guard
shown to be needed by leaving it out."""

from dataclasses import replace
from functools import cache

import pyarrow.compute as pc

from anmin.kernel.people.matching.engine import match
from anmin.kernel.people.matching.fields import NAME
from anmin.kernel.people.matching.scoring import PERSONS, Block
from bench.matching.city import draw_city
from bench.matching.febrl import measured, model
from bench.matching.hard import draw_hard
from bench.matching.quality import after_clerks, best_of, quality, reviewed


@cache
def city():
    cities = draw_city(100_000, 10_000, seed=11)
    return cities, match(cities.left, cities.right)


def test_febrl_4_without_the_number():
    precision, recall, f1, pairs = measured(model(number=False), "dataset4a.csv", "dataset4b.csv")

    assert f1 >= 0.999, (precision, recall)
    assert pairs < 5_000 * 5_000 / 100


def test_febrl_4_with_the_number():
    precision, recall, f1, _ = measured(model(number=True), "dataset4a.csv", "dataset4b.csv")

    assert f1 >= 0.9995, (precision, recall)


def test_febrl_3_with_its_many_doubles():
    precision, recall, f1, _ = measured(model(number=True), "dataset3.csv")

    assert f1 >= 0.998, (precision, recall)


def test_febrl_would_fail_if_only_rows_of_one_name_met():
    """What a block leaves out no weight brings back."""
    narrow = replace(model(number=False), blocks=(Block(("given_name", "surname")),))

    precision, recall, f1, _ = measured(narrow, "dataset4a.csv", "dataset4b.csv")

    assert precision > 0.99
    assert recall < 0.9
    assert f1 < 0.99


def test_a_city_with_planted_errors():
    cities, found = city()

    safe = quality(cities.truth, best_of(found, safe=True))
    proposed = quality(cities.truth, best_of(found, safe=False))
    decided = quality(cities.truth, after_clerks(cities, found))

    assert safe.wrong == 0
    assert safe.recall >= 0.96
    assert proposed.precision >= 0.999
    assert proposed.recall >= 0.99
    assert decided.precision >= 0.999
    assert decided.recall >= 0.9975
    assert reviewed(found) / len(cities.truth) <= 0.07


def test_the_number_alone_would_miss_what_matching_finds():
    cities, found = city()
    by_number = {
        row: key
        for row, key in zip(cities.right["number"].to_pylist(), cities.right["key"].to_pylist(), strict=True)
        if row
    }
    exact = {
        key: by_number[number]
        for key, number in zip(cities.left["key"].to_pylist(), cities.left["number"].to_pylist(), strict=True)
        if number in by_number
    }

    assert (
        quality(cities.truth, exact).recall < 0.93 < quality(cities.truth, best_of(found, safe=True)).recall
    )


def test_nobody_is_found_less_well_for_name_age_or_lack_of_a_telephone():
    cities, found = city()
    proposed = best_of(found, safe=False)
    everybody = quality(cities.truth, proposed).recall

    gaps = {
        group: everybody - quality(cities.truth, proposed, mask).recall
        for group, mask in cities.groups.items()
    }

    assert set(gaps) == {"rare", "minority", "elderly", "no_phone"}
    assert all(mask.sum() > 80 for mask in cities.groups.values())
    assert max(gaps.values()) <= 0.02, gaps


def test_without_sounds_and_stand_ins_some_groups_would_be_found_less_well():
    """Comparing names as they are written costs those with rare characters and long names, nobody else."""
    cities, _ = city()
    spelt = replace(NAME, levels=NAME.levels[:1])
    plain = replace(PERSONS, fields=(spelt, *PERSONS.fields[1:]))
    no_numbers = cities.left.set_column(2, "number", pc.if_else(pc.is_valid(cities.left["number"]), "", ""))
    rare = cities.groups["rare"]

    blind = match(no_numbers, cities.right, model=plain)
    seeing = match(no_numbers, cities.right)

    assert quality(cities.truth, best_of(seeing, safe=False), rare).recall >= 0.98
    lost = [quality(cities.truth, best_of(one, safe=True), rare).recall for one in (seeing, blind)]
    assert lost[1] < lost[0] - 0.1, lost


def test_twins_and_namesakes_are_never_safe():
    left, right, kinds = draw_hard(10_000, 60_000)

    guarded = match(left, right).pairs
    unguarded = match(left, right, guarded=False).pairs

    safe = guarded.filter(pc.equal(guarded["verdict"], "safe"))
    assert len(kinds) == 10_000
    assert safe.num_rows == 0, safe.slice(0, 3).to_pylist()
    assert pc.sum(pc.equal(unguarded["verdict"], "safe")).as_py() > 5_000


def test_without_the_commonness_of_names_namesakes_look_like_one_person():
    left, right, kinds = draw_hard(3_000, 60_000, seed=8)
    rows = [f"L{place}" for place, kind in enumerate(kinds) if kind == "namesake"]

    def sure(model_):
        pairs = match(left, right, model=model_, guarded=False).pairs.to_pylist()
        return sum(row["verdict"] == "safe" and row["left_key"] in set(rows) for row in pairs)

    assert sure(PERSONS) < sure(replace(PERSONS, frequencies=False))


def test_the_same_data_give_the_same_answer():
    cities, found = city()

    again = match(cities.left, cities.right)

    assert again.pairs.equals(found.pairs)
