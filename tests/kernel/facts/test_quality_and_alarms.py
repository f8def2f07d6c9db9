"""A batch that landed may still be odd, and a source may be silent: both are told, once, to whoever can ask."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.console.catalogues import LOCALES, messages
from anmin.kernel.audit.models import Act
from anmin.kernel.facts.batches import actions, queries
from anmin.kernel.facts.sources.catalogue import check_sources, sources
from anmin.kernel.operations import health
from tests.kernel.facts.test_batches import ON, rows, take, written
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


def codes(batch):
    return [row.code for row in queries.quality_of(batch)]


def test_an_ordinary_batch_has_nothing_to_tell(tmp_path):
    take(written(tmp_path / "a.csv", rows(100)), period="2026-09")

    assert codes(take(written(tmp_path / "b.csv", rows(110))).batch) == []


def test_many_bad_rows_another_size_and_repeated_persons_are_told(tmp_path):
    take(written(tmp_path / "a.csv", rows(100)), period="2026-09")
    data = rows(50) + rows(3)
    for at in range(10, 14):
        data[at][2] = "很多"

    batch = take(written(tmp_path / "b.csv", data)).batch

    many, size, repeated = queries.quality_of(batch)
    assert (many.code, round(many.figures["share"], 3)) == ("many_bad", round(4 / 53, 3))
    assert (size.code, size.figures["before"], size.figures["now"]) == ("other_size", 100, 53)
    assert (repeated.code, repeated.figures) == ("repeated", {"rows": 3})


def test_the_page_of_a_batch_says_what_to_ask_the_department(tmp_path):
    batch = take(written(tmp_path / "a.csv", rows(30) + rows(2))).batch
    client = Client()
    client.force_login(a_user("checker", "371002", role="county_checker"))

    page = client.get(reverse("console:batch", args=[batch.pk])).content.decode()
    source = client.get(reverse("console:source", args=["pensions"])).content.decode()

    assert "有 2 行的人在这一批里重复出现" in page
    assert "一人只应有一行" in source and "主键" in source and "超过 5%" in source


def test_a_late_source_raises_one_alarm_for_each_period_that_is_missing(tmp_path):
    take(written(tmp_path / "a.csv", rows()), period="2026-08")

    (first,) = actions.raise_late(by="test", on=ON)
    again = actions.raise_late(by="test", on=date(2026, 11, 25))

    assert first.source.key == "pensions" and again == []
    act = Act.objects.get(act="facts.source.late")
    assert (act.subject_id, act.result) == ("pensions 2026-10-15", "late")


def test_doctor_and_the_health_page_name_the_late_source(tmp_path):
    assert health.sources().state == "good"
    take(written(tmp_path / "a.csv", rows()), period="2025-08")

    told = health.sources()

    assert told.state == "watch" and "养老金发放" in told.found and "anmin sources" in told.fix


def test_an_alarm_without_memory_would_ring_every_day(tmp_path, monkeypatch):
    """The wrong variant: the same missing period is raised again each morning."""
    take(written(tmp_path / "a.csv", rows()), period="2026-08")
    monkeypatch.setattr(actions.audit_queries, "has_act", lambda *asked: False)
    actions.raise_late(by="test", on=ON)

    assert len(actions.raise_late(by="test", on=date(2026, 11, 25))) == 1


def test_every_source_of_the_catalogue_has_keys_checks_and_english_names():
    english = {row.sentence for row in messages(LOCALES / "en/LC_MESSAGES/django.po") if row.is_complete}

    assert len(sources()) >= 30
    for source in sources().values():
        assert {column.form for column in source.keys} == {"identity", "name"}
        assert 0 < source.most_bad <= 0.2 and 0 < source.most_change <= 1
        titles = {column.title for column in source.columns} | {source.title, source.department}
        assert titles - english == set(), source.key


def test_only_sources_received_for_checking_may_be_asked_in_a_check():
    assert {"pensions", "banks", "insurance", "securities", "real_estate", "vehicles"} <= set(check_sources())
    assert not {"utilities", "disasters", "charity", "revitalisation", "disability"} & set(check_sources())
