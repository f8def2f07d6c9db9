"""Lists of running benefits as an older system gives them out, and who hands them in."""

import csv

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.takeover import actions
from anmin.kernel.cases.takeover.columns import sheet
from tests.kernel.payments.money import COUNTY, TODAY, VILLAGE, a_card
from tests.kernel.screening.results import a_result_run
from tests.make import a_number, a_user

HEADS = {column.name: column.heading for column in sheet().columns}
DIBAO, LIVING, AGE = "最低生活保障金", "困难残疾人生活补贴", "高龄津贴"
YEARLY = "高龄津贴（按年）"


def sender(name="hedui", division=COUNTY, role="county_checker"):
    """Who hands lists in."""
    return reader_for(a_user(name, division, role=role), TODAY)


def confirmer(name="queren", division=COUNTY, role="county_approver"):
    """Who confirms them."""
    return reader_for(a_user(name, division, role=role), TODAY)


def a_line(serial=10, name="王秀英", **other):
    """One row: 860 yuan of dibao since 2019, paid elsewhere up to October."""
    return {
        "identity": a_number(serial),
        "name": name,
        "benefit": DIBAO,
        "fen": "860",
        "since": "2019-04-01",
        "old_number": "威环民救〔2019〕12号",
        "old_on": "2019-03-20",
        "office": "环翠区民政局",
        "last_paid": "2026-10",
        **other,
    }


def with_card(serial=1, **other):
    """A row's account."""
    return {"bank": "威海银行", "account": a_card(serial), **other}


def a_file(folder, *lines, name="清单.csv", leave_out=()):
    """The list as a file."""
    path = folder / name
    names = [one for one in HEADS if one not in leave_out]
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([HEADS[one] for one in names])
        writer.writerows([[line.get(one, "") for one in names] for line in lines])
    return path


def taken_in(folder, *lines, by, division=COUNTY, on=TODAY, **more):
    """The list checked."""
    path = a_file(folder, *lines, name=more.pop("name", "清单.csv"))
    return actions.take_list(by=by, division=division, path=path, name=path.name, on=on, **more)


def carried(folder, *lines, by, second, on=TODAY, **more):
    """The list checked, proposed, confirmed by another and taken over."""
    batch = actions.propose(by=by, batch=taken_in(folder, *lines, by=by, on=on, **more), on=on)
    actions.confirm(by=second, batch=batch, on=on, queue=False)
    return actions.carry_out(batch=batch.pk, on=on)


def a_measuring(**results):
    """A run of the rules over the city of today: what they find, by household number."""
    return a_result_run(TODAY, VILLAGE, **results)


def gives(fen):
    """What a run says of a household to which the rules give dibao."""
    return {"values": {"dibao_eligible": 1, "dibao_amount": fen}}
