"""The yardstick: the 43-rule set as one fused numba loop written by hand, as fast as its author could make it.

Nothing here can be read by a lawyer, tested rule by rule, dated or explained; that is what the ratio to it buys.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit

from bench.rules43.parameters import BY_CITY, HOUSEHOLD_OUTPUTS, NATIONAL, PERSON_OUTPUTS, current

PERSON_FACTS = (
    *("age", "wage_month", "is_newly_employed", "pension_month", "business_month", "transfer_month"),
    *("property_month", "disability_level", "disability_kind", "study", "has_major_illness", "care_level"),
    *("has_able_supporter", "medical_month", "education_month", "rehabilitation_month", "parents_state"),
    "lives_in_institution",
)
HOUSEHOLD_FACTS = ("financial_assets", "cars", "car_value", "houses")
LARGEST = 64
"""Members of a household that the scratch arrays hold; checked before the run."""


def rates() -> tuple[np.ndarray, np.ndarray]:
    """Parameters by city [3, 12] and national [23], in the order of `parameters.py`."""
    by_city = np.array([current(name) for name in BY_CITY], dtype=np.int64).T.copy()
    return by_city, np.array([current(name)[0] for name in NATIONAL], dtype=np.int64)


def compute(
    starts: np.ndarray, cities: np.ndarray, facts: dict[str, np.ndarray], threads: int, pieces: int = 8
) -> dict[str, np.ndarray]:
    """All outputs in fresh arrays. `cities` is each household's row among the cities."""
    if np.diff(starts).max(initial=0) > LARGEST:
        raise ValueError(f"a household has more than {LARGEST} members")
    persons, households = int(starts[-1]), len(cities)
    out = {name: np.empty(persons, np.int64) for name in PERSON_OUTPUTS}
    out |= {name: np.empty(households, np.int64) for name in HOUSEHOLD_OUTPUTS if name != "tier"}
    out["tier"] = np.empty(households, np.uint8)
    arrays: list[Any] = [facts[name] for name in (*PERSON_FACTS, *HOUSEHOLD_FACTS)]
    results = [out[name] for name in (*PERSON_OUTPUTS, *HOUSEHOLD_OUTPUTS)]
    by_city, national = rates()
    cuts = np.linspace(0, households, pieces + 1).astype(np.int64)

    def piece(number: int) -> None:
        fused(cuts[number], cuts[number + 1], starts, cities, by_city, national, *arrays, *results)

    if threads == 1:
        for number in range(pieces):
            piece(number)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(piece, range(pieces)))
    return out


@njit(nogil=True, error_model="numpy", cache=True)
def fused(
    begin, end, starts, cities, by_city, national,
    age, wage, newly, pension, business, transfer, prop, dis_level, dis_kind, study, ill, care, supporter,
    medical, education, rehab, parents, institution, assets, cars, car_value, houses,
    o_income, o_tekun, o_uplift, o_single, o_orphan, o_unsupported, o_hardship, o_elderly, o_care, o_person,
    o_members, o_hincome, o_percap, o_gap, o_dibao, o_tier, o_total, o_budget,
):  # fmt: skip
    """Households `begin` to `end`; two passes over the members, all between them in registers and scratch."""
    (edge_ratio, rigid_ratio, months_dibao, months_edge, houses_dibao, houses_edge, car_edge, exempt_ratio,
     exempt_cap, pension_exempt, adult_age, old_age, up_child, up_old, up_disabled, up_ill, exit_ratio,
     exit_share, single_ratio, elderly_100, care_half, care_full, medical_share) = (
        national[0], national[1], national[2], national[3], national[4], national[5], national[6], national[7],
        national[8], national[9], national[10], national[11], national[12], national[13], national[14],
        national[15], national[16], national[17], national[18], national[19], national[20], national[21],
        national[22])  # fmt: skip
    tekun, severe = np.empty(LARGEST, np.bool_), np.empty(LARGEST, np.bool_)
    for h in range(begin, end):
        rate = by_city[cities[h]]
        standard = rate[0]
        cap = standard * exempt_cap // 10_000
        first, last = starts[h], starts[h + 1]
        n = last - first
        passes_dibao = cars[h] == 0 and houses[h] <= houses_dibao and assets[h] <= standard * months_dibao * n
        counted = 0
        total_income = 0
        total_rigid = 0
        for p in range(first, last):
            years = age[p]
            exempt = wage[p] if newly[p] else wage[p] * exempt_ratio // 10_000
            income = wage[p] - min(exempt, cap) + business[p] + transfer[p] + prop[p]
            income += max(pension[p] - pension_exempt, 0) if years >= old_age else pension[p]
            level = dis_level[p]
            grave = level == 1 or level == 2 or (level == 3 and (dis_kind[p] == 5 or dis_kind[p] == 6))
            severe[p - first] = grave
            in_need = (
                passes_dibao
                and not supporter[p]
                and parents[p] == 0
                and income < standard
                and (grave or years < adult_age or years >= old_age)
            )
            tekun[p - first] = in_need
            o_income[p] = income
            if in_need:
                amount = standard * rate[1] // 10_000
                if care[p] == 2:
                    amount += rate[3]
                elif care[p] == 1:
                    amount += rate[2]
                o_tekun[p] = amount
            else:
                o_tekun[p] = 0
                if not institution[p]:
                    counted += 1
                    total_income += income
                    total_rigid += medical[p] * medical_share // 10_000 + education[p] + rehab[p]
        line = standard * counted
        per_head = total_income // counted if counted else 0
        tier, gap, leaving = 0, 0, 0
        if counted:
            if passes_dibao and total_income < line:
                tier = 1
                gap = line - total_income
            else:
                if (
                    car_value[h] <= car_edge
                    and houses[h] <= houses_edge
                    and assets[h] <= standard * months_edge * n
                ):
                    if total_income <= line * edge_ratio // 10_000:
                        tier = 3
                    elif (
                        total_income <= line * rigid_ratio // 10_000
                        and max(total_income - total_rigid, 0) // counted < standard
                    ):
                        tier = 4
                exit_line = standard * exit_ratio // 10_000
                if passes_dibao and per_head < exit_line:
                    leaving = (exit_line - per_head) * counted * exit_share // 10_000
        dibao, edge = tier == 1, tier == 3
        own_half_up = (standard * single_ratio + 5_000) // 10_000
        uplifts, singles, aid = 0, 0, 0
        for p in range(first, last):
            years, grave, in_tekun = age[p], severe[p - first], tekun[p - first]
            in_count = not in_tekun and not institution[p]
            uplift, single = 0, 0
            if dibao and in_count:
                bp = 0
                if grave:
                    bp = up_disabled
                if ill[p]:
                    bp = max(bp, up_ill)
                if years >= old_age:
                    bp = max(bp, up_old)
                if years < adult_age or study[p] >= 3:
                    bp = max(bp, up_child)
                uplift = (standard * bp + 5_000) // 10_000
            is_single = edge and in_count and (grave or ill[p] != 0)
            if is_single:
                single = max(own_half_up - o_income[p], 0)
            orphan, unsupported = 0, 0
            if parents[p] and years < adult_age:
                if parents[p] == 1:
                    orphan = rate[5] if institution[p] else rate[4]
                else:
                    unsupported = max(rate[6] - standard, 0) if dibao else rate[6]
            hardship, nursing = 0, 0
            if dis_level[p] > 0 and orphan == 0:
                if not in_tekun and (dibao or is_single):
                    hardship = rate[7]
                if grave and not (in_tekun and care[p] == 2):
                    nursing = rate[8] if dis_level[p] == 1 else rate[9]
            elderly, frail = 0, 0
            if years >= 80:
                elderly = elderly_100 if years >= 100 else rate[11] if years >= 90 else rate[10]
            if care[p] and years >= old_age and (dibao or edge):
                frail = care_full if care[p] == 2 else care_half
            subsidy = max(nursing, frail)
            together = o_tekun[p] + orphan + unsupported + hardship + elderly + subsidy
            o_uplift[p], o_single[p], o_orphan[p], o_unsupported[p] = uplift, single, orphan, unsupported
            o_hardship[p], o_elderly[p], o_care[p], o_person[p] = hardship, elderly, subsidy, together
            uplifts += uplift
            singles += single
            aid += together
        o_members[h], o_hincome[h], o_percap[h], o_gap[h] = counted, total_income, per_head, gap
        o_dibao[h] = gap + uplifts + leaving + singles
        o_tier[h] = tier
        o_total[h] = o_dibao[h] + aid
        o_budget[h] = o_total[h] * 12
