"""Where a value came from stands on the why page: department, period and batch, with the way to the batch."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.kernel.facts.lake.actions import make_snapshot
from anmin.kernel.screening import actions as screening
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.exchange.world import a_batch
from tests.make import a_household, a_number, a_person, a_user

ON = date(2026, 11, 2)


@pytest.mark.django_db
def test_the_why_page_names_department_period_and_batch(settings, tmp_path, kernel_cache, monkeypatch):
    settings.ANMIN_HOME = tmp_path / "home"
    monkeypatch.setattr(screening, "kernel_cache", lambda: kernel_cache)
    a_household("Q1", "371002001001", a_person("王建国", serial=1), a_person("李秀兰", serial=2))
    batch = a_batch(tmp_path, "pensions", [[a_number(1), "王建国", "6000", ""]], period="2026-09")
    snapshot, _ = make_snapshot(by="test", on=ON, facts=rulebook().facts)
    screening.screen_city(by="test", snapshot=snapshot, on=ON, city="371000")
    client = Client()
    client.force_login(a_user("xian", "371002"))

    page = client.get(reverse("console:household", args=["Q1"])).content.decode()

    assert f"人力资源和社会保障局 · 2026-09 · #{batch.pk}" in page
    assert reverse("console:batch", args=[batch.pk]) in page
