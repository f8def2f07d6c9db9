"""Orders of help go their lawful way; a village's report fills itself; photographs only where somebody said why."""

from datetime import date, timedelta

import pytest

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.delivery.orders import actions as orders
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.plans.actions import PlanProblem, allow_photos, make_plans, stop_photos
from anmin.kernel.delivery.plans.queries import photo_rule
from anmin.kernel.delivery.reports.actions import CellProblem, fill_in
from anmin.kernel.delivery.reports.queries import monthly
from anmin.kernel.delivery.sending.actions import KeyProblem, once
from anmin.kernel.delivery.visits.actions import keep_photo, keep_visit
from anmin.kernel.delivery.visits.answers import FormProblem
from anmin.lib.jpegs import PictureProblem, without_marks
from tests.kernel.delivery.test_visits import ON, VILLAGE, a_form, a_helper, an_elder
from tests.make import a_user

pytestmark = pytest.mark.django_db
TOWN = "371002001"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffda000801010000003f00d2cf20ffd9")


def in_town(role, name):
    return reader_for(a_user(name, TOWN, role=role), ON)


def an_order():
    person, home = an_elder()
    helper = a_helper()
    with reading_as(helper):
        return keep_visit(by=helper, form=a_form(home, person, help=["meals"]), on=ON).orders[0]


def test_an_order_is_asked_given_out_served_rated_and_settled_by_another():
    order = an_order()
    clerk, leader = in_town("town_clerk", "clerk"), in_town("town_leader", "leader")
    with reading_as(clerk):
        orders.dispatch(by=clerk, order=order, provider="幸福餐厅", due=ON + timedelta(2), on=ON)
        orders.record_service(by=clerk, order=order, on=ON, minutes=30, words="送午餐一份")
        orders.rate(by=clerk, order=order, stars=5)
        with pytest.raises(orders.OrderProblem, match="同一个人"):
            orders.settle(by=clerk, order=Order.objects.get(), price=1500, subsidy=500, on=ON)
    with reading_as(leader):
        with pytest.raises(orders.OrderProblem, match="从哪里出"):
            orders.settle(by=leader, order=order, price=1500, subsidy=500, on=ON)
        done = orders.settle(by=leader, order=order, price=1500, subsidy=500, fund="local", on=ON)

    assert (done.state, done.price, done.subsidy, done.fund) == ("settled", 1500, 500, "local")


@pytest.mark.parametrize(
    "leap",
    [
        lambda by, order: orders.record_service(by=by, order=order, on=ON, minutes=1, words="没派单就服务"),
        lambda by, order: orders.rate(by=by, order=order, stars=3),
        lambda by, order: orders.settle(by=by, order=order, price=1, subsidy=0, on=ON),
    ],
)
def test_no_step_of_an_order_is_skipped(leap):
    order, clerk = an_order(), in_town("town_clerk", "clerk")
    with reading_as(clerk), pytest.raises(orders.OrderProblem, match="待派单"):
        leap(clerk, order)


def test_the_report_fills_itself_but_for_what_nobody_records():
    person, home = an_elder(born=date(1944, 5, 1))
    make_plans(by="test", on=ON - timedelta(10))
    helper = a_helper()
    with reading_as(helper):
        before = monthly(helper, VILLAGE, ON.replace(day=1))
        keep_visit(by=helper, form=a_form(home, person, help=["repair"]), on=ON)
        after = monthly(helper, VILLAGE, ON.replace(day=1))
        fill_in(by=helper, division=VILLAGE, month=ON.replace(day=1), cell="meetings", value="3")
        whole = monthly(helper, VILLAGE, ON.replace(day=1))

    def value(report, key):
        return next(cell.value for cell in report.cells if cell.key == key)

    assert (before.filled, len(before.cells) - before.filled) == (len(before.cells) - 2, 2)
    assert before.filled >= 38
    assert (value(after, "persons"), value(after, "old80"), value(after, "alone60")) == (1, 1, 1)
    assert (value(before, "elder_visit_seen"), value(after, "elder_visit_seen")) == (0, 1)
    assert (value(after, "orders"), value(after, "visits")) == (1, 1)
    assert [cell.key for cell in whole.missing] == ["volunteers"]
    assert all(cell.source for cell in whole.cells)


@pytest.mark.parametrize(("cell", "value"), [("persons", "9"), ("meetings", "三"), ("meetings", "-1")])
def test_a_cell_that_fills_itself_is_not_written_over_and_a_figure_is_a_figure(cell, value):
    helper = a_helper()
    with reading_as(helper), pytest.raises(CellProblem):
        fill_in(by=helper, division=VILLAGE, month=ON.replace(day=1), cell=cell, value=value)


def test_photographs_need_a_necessity_an_end_and_a_leader():
    helper, leader = a_helper(), in_town("town_leader", "leader")
    known = {"service_key": "elder_visit", "division": TOWN, "first_day": ON, "last_day": ON + timedelta(30)}
    with reading_as(helper), pytest.raises(PlanProblem, match="负责人"):
        allow_photos(by=helper, words="危房排查需要对比墙体裂缝", **known)
    with reading_as(leader):
        with pytest.raises(PlanProblem, match="为什么"):
            allow_photos(by=leader, words="需要", **known)
        rule = allow_photos(by=leader, words="危房排查需要对比墙体裂缝", **known)
    with reading_as(helper):
        assert photo_rule("elder_visit", VILLAGE, ON).words == "危房排查需要对比墙体裂缝"
    with reading_as(leader):
        stop_photos(by=leader, rule=rule, on=ON + timedelta(1))
    assert photo_rule("elder_visit", VILLAGE, ON + timedelta(1)) is None


def test_a_photograph_is_refused_where_nobody_allowed_it_and_kept_once_where_somebody_did():
    person, home = an_elder()
    helper, leader = a_helper(), in_town("town_leader", "leader")
    with reading_as(helper):
        visit = keep_visit(by=helper, form=a_form(home, person), on=ON).visit
        with pytest.raises(FormProblem, match="没有启用"):
            keep_photo(by=helper, visit=visit, picture=JPEG, on=ON)
    with reading_as(leader):
        allow_photos(
            by=leader, service_key="elder_visit", division=TOWN, words="危房排查需要对比墙体裂缝",
            first_day=ON, last_day=ON,
        )  # fmt: skip
    with reading_as(helper):
        first = keep_photo(by=helper, visit=visit, picture=JPEG, on=ON)
        again = keep_photo(by=helper, visit=visit, picture=JPEG, on=ON)
        with pytest.raises(FormProblem, match="JPEG"):
            keep_photo(by=helper, visit=visit, picture=b"GIF89a", on=ON)

    assert first.pk == again.pk


def test_where_a_picture_was_taken_is_cut_out_of_it():
    mark = b"Exif\x00\x00MM\x00*GPS 24.47N"
    marked = JPEG[:2] + b"\xff\xe1" + (len(mark) + 2).to_bytes(2, "big") + mark + JPEG[2:]

    assert without_marks(marked) == JPEG
    for broken in (b"", JPEG[:-2], JPEG[:10], b"\xff\xd8\xff\xe1\xff\xff\xff\xd9"):
        with pytest.raises(PictureProblem):
            without_marks(broken)


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused():
    user, other = a_user("li", VILLAGE), a_user("wang", VILLAGE)
    done = []

    def do():
        done.append(1)
        return {"receipt": f"R{len(done)}"}

    key = "0123456789abcdef"
    for user_now in (user, user):
        with reading_as(reader_for(user_now, ON)):
            answer, _new = once(by=user, key=key, kind="visit", body={"a": 1}, do=do)
            assert answer == {"receipt": "R1"}
    with reading_as(reader_for(user, ON)), pytest.raises(KeyProblem):
        once(by=user, key=key, kind="visit", body={"a": 2}, do=do)
    with pytest.raises(KeyProblem):
        once(by=other, key=key, kind="visit", body={"a": 1}, do=do)
    with reading_as(reader_for(user, ON)), pytest.raises(KeyProblem):
        once(by=user, key="short", kind="visit", body={"a": 1}, do=do)
    assert done == [1]
