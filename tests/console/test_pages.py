"""Pages without a city: the entrance, the frame, what a reader sees before the first run, and faults."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.kernel.access import actions
from anmin.kernel.access.models import User
from anmin.kernel.access.roles import roles
from anmin.policy.errors import PolicyError
from tests.make import a_user

PASSWORD = "一句很长的口令Ab2026"
PAGES = ["city", "households", "rules", "simulation", "runs"]


@pytest.fixture
def clerk(db) -> User:
    user = actions.create_user(
        by="test", username="wang", display_name="王晓", password=PASSWORD, must_change=False
    )
    actions.grant(by="test", user=user, division="371002", role="county_approver", first_day=date(2020, 1, 1))
    return user


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def text(response) -> str:
    return response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_logging_in(client, page):
    response = client.get(reverse(f"console:{page}"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("console:login"))


def test_a_wrong_password_is_said_plainly_and_keeps_the_name(client, clerk):
    response = client.post(reverse("console:login"), {"username": "wang", "password": "x"})

    assert response.status_code == 200
    assert "用户名或密码不对" in text(response)
    assert 'value="wang"' in text(response)
    assert "<title>错误：登录" in text(response)


def test_empty_fields_are_named_one_by_one(client, clerk):
    response = client.post(reverse("console:login"), {"username": "", "password": ""})

    assert text(response).count("请填写用户名。") == 2 and text(response).count("请填写密码。") == 2


def test_the_right_password_opens_the_page_that_was_asked_for(client, clerk):
    asked = reverse("console:rules")

    response = client.post(
        f"{reverse('console:login')}?next={asked}", {"username": "wang", "password": PASSWORD, "next": asked}
    )

    assert (response.status_code, response["Location"]) == (302, asked)


def test_demonstration_log_ins_are_not_shown_outside_the_demonstration(client, db, settings):
    settings.DEMO = True
    actions.create_demo_staff(
        by="test", places=[("shi", "演示市级", "371000", "city_officer")], on=date(2020, 1, 1)
    )
    shown = text(client.get(reverse("console:login")))

    settings.DEMO = False
    hidden = text(client.get(reverse("console:login")))

    assert "演示账号" in shown and ">shi<" in shown and "演示数据" in shown
    assert "演示账号" not in hidden and ">shi<" not in hidden and "演示数据" not in hidden


def test_logging_out_needs_a_button_and_ends_the_session(desk):
    assert desk.get(reverse("console:logout")).status_code == 405

    desk.post(reverse("console:logout"))

    assert desk.get(reverse("console:rules")).status_code == 302


@pytest.mark.parametrize("page", ["city", "households", "simulation", "runs"])
def test_before_the_first_run_a_page_says_what_to_do(desk, page):
    response = desk.get(reverse(f"console:{page}"))

    assert response.status_code == 200
    assert "还没有筛查结果" in text(response)
    assert "市级业务处室" in text(response) and "anmin screen" not in text(response)


def test_whoever_runs_a_screening_is_told_the_commands(client, db):
    user = a_user("shi", "371000", role="city_officer")
    client.force_login(user)

    page = text(client.get(reverse("console:city")))

    assert "还没有筛查结果" in page and "anmin import" in page and "anmin screen" in page


@pytest.mark.parametrize("role", [one.key for one in roles().values() if "screening.read" not in one.powers])
def test_whose_work_is_not_screening_comes_in_at_a_page_about_their_own(client, db, role):
    if role == "partner_staff":
        return
    one = roles()[role]
    place = {2: "371000", 3: "371002", 4: "371002001", 5: "371002001001"}[one.levels[-1].value]
    client.force_login(a_user("somebody", place, role=role))

    page = text(client.get(reverse("console:city")))

    assert "<title>工作台" in page and one.title in page and one.not_ in page
    assert "等您办的" in page and "还没有筛查结果" not in page and "anmin screen" not in page


def test_the_rules_can_be_read_before_the_first_run(desk):
    catalogue = text(desk.get(reverse("console:rules")))
    page = text(desk.get(reverse("console:rule", args=["dibao_amount"])))

    assert "最低生活保障" in catalogue
    assert "def dibao_amount(" in page and "民发" in page


def test_a_rule_that_does_not_exist_is_not_found(desk):
    response = desk.get(reverse("console:rule", args=["no_such_rule"]))

    assert response.status_code == 404
    assert "没有找到" in text(response) and "检查户编号" in text(response)


def test_a_place_outside_the_readers_area_is_as_absent_as_one_that_does_not_exist(desk):
    outside = desk.get(reverse("console:place", args=["371082"]))
    nowhere = desk.get(reverse("console:place", args=["999999"]))
    nonsense = desk.get(reverse("console:place", args=["abc"]))

    assert [one.status_code for one in (outside, nowhere, nonsense)] == [404, 404, 404]


def test_the_language_follows_the_reader(desk):
    desk.post(reverse("console:language"), {"language": "en", "next": "/rules/"})
    english = text(desk.get(reverse("console:rules")))

    desk.post(reverse("console:language"), {"language": "zh-hans", "next": "/rules/"})
    chinese = text(desk.get(reverse("console:rules")))

    assert '<html lang="en"' in english and "In force" in english
    assert '<html lang="zh-Hans"' in chinese and "有效期" in chinese


def test_the_size_of_the_text_is_kept(desk):
    response = desk.post(reverse("console:display"), {"size": "huge", "next": "/rules/"})

    assert response["Location"] == "/rules/"
    assert 'data-size="huge"' in text(desk.get(reverse("console:rules")))


@pytest.mark.parametrize("size", ["enormous", '"><script>'])
def test_an_unknown_size_changes_nothing(desk, size):
    desk.cookies["anmin_size"] = size

    assert 'data-size="normal"' in text(desk.get(reverse("console:rules")))


def test_the_way_back_stays_on_this_host(desk):
    response = desk.post(reverse("console:display"), {"size": "large", "next": "https://example.org/"})

    assert response["Location"] == reverse("console:city")


def test_a_form_without_its_token_is_explained(clerk):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(reverse("console:login"), {"username": "wang", "password": PASSWORD})

    assert response.status_code == 403
    assert "页面过期了" in text(response)


def test_a_fault_of_ours_says_so_without_touching_the_database(desk, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("kaputt")

    monkeypatch.setattr("anmin.console.rulepages.rule_groups", broken)
    desk.raise_request_exception = False

    response = desk.get(reverse("console:rules"))

    assert response.status_code == 500
    assert "系统出错了" in text(response) and "kaputt" not in text(response)


@pytest.mark.parametrize("page", ["login", "rules"])
def test_no_page_has_inline_style_or_script_and_the_policy_forbids_them(desk, page):
    if page == "login":
        desk.logout()
    response = desk.get(reverse(f"console:{page}"))

    policy = response["Content-Security-Policy"]
    assert (
        "'unsafe-inline'" not in policy and "script-src 'self'" in policy and "default-src 'self'" in policy
    )
    assert " style=" not in text(response) and "<style" not in text(response)
    assert re.findall(r"<script(?![^>]* src=)", text(response)) == [] and " onclick" not in text(response)


def test_trying_a_rule_gives_the_amount_and_its_arithmetic(desk):
    given = {
        "on": "2024-06-01",
        "division": "371002",
        "settlement": "0",
        "members": "3",
        "1-wage_year": "21600",
    }

    page = text(desk.get(reverse("console:try", args=["dibao_amount"]), given))

    assert "1,386.00" in page
    assert "算式" in page and "1,062.00" in page


def test_a_number_that_cannot_be_read_keeps_the_form_and_names_the_field(desk):
    page = text(desk.get(reverse("console:try", args=["dibao_amount"]), {"1-wage_year": "两万"}))

    assert "请先改正这些地方" in page and 'href="#1-wage_year"' in page
    assert 'value="两万"' in page
    assert "算式" not in page


def test_a_day_without_a_standard_is_refused_and_not_guessed(desk):
    page = text(desk.get(reverse("console:try", args=["dibao_amount"]), {"on": "2027-03-01", "members": "1"}))

    assert "没有“低保标准”" in page
    assert "算式" not in page


def test_a_rate_page_shows_the_chart_and_the_same_values_as_a_table(desk):
    page = text(desk.get(reverse("console:rate", args=["dibao_standard"]), {"division": "371002"}))

    assert page.count('class="chart steps"') == 2
    assert page.count("1,062") >= 3 and "待核实" in page and "威海" in page


def test_data_that_cannot_be_read_is_said_with_what_to_do(desk, monkeypatch):
    def missing(*args, **kwargs):
        raise PolicyError("snapshot_missing", what="找不到人口快照", todo="重新运行 anmin screen")

    monkeypatch.setattr("anmin.console.rulepages.rule_groups", missing)

    response = desk.get(reverse("console:rules"))

    assert response.status_code == 503
    assert "找不到人口快照" in text(response) and "重新运行 anmin screen" in text(response)
