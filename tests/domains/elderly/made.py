"""Elders, staff and entries that the tests of elder care need, made through the same actions as real ones."""

from datetime import date

from anmin.domains.elderly.assessment.actions import Given, assess
from anmin.domains.elderly.assessment.scoring import Conditions, items
from anmin.kernel.access.queries import Reader, reader_for
from anmin.kernel.registers.actions import enter
from anmin.kernel.registers.queries import register_named
from anmin.kernel.registers.steps import PROCEDURES, take_step
from tests.make import a_person, a_user

TODAY = date(2026, 11, 25)
COUNTY, VILLAGE = "371002", "371002001001"
ROLES = ("elder_officer", "elder_approver", "elder_assessor")


def staff(*names, county=COUNTY) -> dict[str, Reader]:
    """A reader for each role of elder care, and for further names an officer."""
    found = {role: reader_for(a_user(f"{role}{county}", county, role=role), TODAY) for role in ROLES}
    for name in names:
        found[name] = reader_for(a_user(name, county, role="elder_officer"), TODAY)
    return found


def an_elder(serial=1, born=date(1946, 3, 2), name="王秀英", division=VILLAGE, **known):
    """An elder in the register, with a number."""
    return a_person(name, division, serial=serial, birth_day=born, **known)


def the_number(serial=1, born=date(1946, 3, 2)):
    """The number of that elder."""
    from tests.make import a_number

    return a_number(serial, born)


def answers_of(total):
    """Answers that add up to a total, points taken off from the top."""
    found = {key: item.most for key, item in items().items()}
    for key, item in items().items():
        for option in item.options:
            if sum(found.values()) <= total:
                return found
            if sum(found.values()) - (found[key] - option.score) >= total:
                found[key] = option.score
    return found


def assessed(by, person, total=40, on=TODAY, **given):
    """Somebody assessed with a total."""
    usual = {
        "answers": answers_of(total),
        "conditions": Conditions(),
        "reason": "first",
        "assessor": "赵一",
        "second_assessor": "钱二",
        "has_medical": True,
    }
    return assess(by=by, person=person, given=Given(**{**usual, **given}), on=on)


def entered(by, name, /, on=TODAY, **raw):
    """An entry of a register of elder care."""
    return enter(
        by=by, register=register_named("elderly", name), raw={"first_day": on.isoformat(), **raw}, on=on
    )


def step(by, name, entry, key, /, on=TODAY, reason="", **raw):
    """A step with an entry as it is now."""
    entry.refresh_from_db()
    return take_step(
        by=by,
        procedure=PROCEDURES[f"elderly/{name}"],
        entry=entry,
        step=key,
        raw=raw,
        on=on,
        seen=entry.version,
        reason=reason,
    )
