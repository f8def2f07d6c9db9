"""Nobody sees what they may not, and everybody sees what they may: thousands of probes against a written policy."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

from anmin.kernel.access import middleware
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import BreakGlass
from anmin.kernel.access.queries import reader_for
from anmin.kernel.access.scopes import Scope
from anmin.kernel.people import queries
from anmin.kernel.people.requests import actions as requests
from tests.access.world import POLICY, TOWN, VILLAGE, people, readers, sees
from tests.make import a_user

pytestmark = pytest.mark.django_db
HTTP_FEWEST, FEWEST = 4_000, 10_000
EXCHANGE = ("consents", "checks", "slips", "partners", "sharings", "own")


class Count:
    """Probes made and what they found wrong."""

    def __init__(self):
        self.made, self.leaks, self.refusals = 0, [], []

    def saw(self, may, did, what):
        self.made += 1
        if did and not may:
            self.leaks.append(what)
        if may and not did:
            self.refusals.append(what)


def routes(names):
    """Which roles a route of the console is for."""
    known = POLICY["routes"]
    everybody = set(POLICY["roles"])
    table = dict.fromkeys(known["open"], everybody)
    table |= {
        name: {role for role in everybody if POLICY["roles"][role]["reads"]} for name in known["readers"]
    }
    table |= {name: set(roles) for name, roles in known.items() if name not in ("open", "readers")}
    return {name: table[name] for name in names}


def probe_http(count, client, reader, things):
    for name, roles in routes([n for group in ("open", "readers") for n in POLICY["routes"][group]]).items():
        may = reader.role in roles
        count.saw(may, client.get(reverse(f"console:{name}")).status_code != 403, (reader, name))
    for name in ("access", "roles", "audit", "exceptions", "sources", "batches", *EXCHANGE, "system", "jobs"):
        may = reader.role in POLICY["routes"][name]
        count.saw(may, client.get(reverse(f"console:{name}")).status_code == 200, (reader, name))
    for thing in things:
        may = sees(reader, thing)
        for route in ("person", "person_reads"):
            answer = client.get(reverse(f"console:{route}", args=[thing.pk]))
            count.saw(may, answer.status_code == 200, (reader, route, thing))
            count.saw(may, thing.name in answer.content.decode(), (reader, route, "name", thing))
        shown = client.post(
            reverse("console:show_field", args=[thing.pk]), {"field": "phone", "purpose": "accept"}
        )
        may_show = may and reader.role in POLICY["show"]
        count.saw(may_show, "19000000" in shown.content.decode(), (reader, "show", thing))
        home = client.get(reverse("console:home", args=[thing.household])).content.decode()
        count.saw(may, thing.name in home, (reader, "home", thing))


def probe_queries(count, reader, things, on):
    seen = reader_for(reader.user, on)
    with reading_as(seen):
        everybody = set(queries.persons(seen).values_list("pk", flat=True))
        number = queries.persons(seen).count()
        for thing in things:
            may = sees(reader, thing)
            count.saw(may, thing.pk in everybody, (reader, "list", thing))
            count.saw(may, queries.person(seen, thing.pk) is not None, (reader, "detail", thing))
            for text in (
                thing.name,
                thing.name[:2],
                thing.name[1:],
                thing.household,
                thing.household.lower(),
            ):
                found = {row.pk for row in queries.search(seen, text).people}
                count.saw(may, thing.pk in found, (reader, "search", text, thing))
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM kernel_identifier WHERE person_id = %s", [thing.pk])
                count.saw(may, cursor.fetchone()[0] > 0, (reader, "identifiers", thing))
                cursor.execute("SELECT count(*) FROM kernel_membership WHERE person_id = %s", [thing.pk])
                count.saw(may, cursor.fetchone()[0] > 0, (reader, "memberships", thing))
        count.saw(True, number == sum(sees(reader, thing) for thing in things), (reader, "count", number))


def test_ten_thousand_probes_find_no_leak_and_no_wrong_refusal():
    things, count = people(), Count()
    for reader in readers():
        client = Client()
        client.force_login(reader.user)
        probe_http(count, client, reader, things)
        probe_queries(count, reader, things, date(2026, 11, 24))

    assert count.leaks[:20] == []
    assert count.refusals[:20] == []
    assert count.made >= FEWEST


def test_a_removed_scope_filter_is_noticed_by_the_probes_and_stopped_by_the_database(monkeypatch):
    """The wrong variant: queries that forget the scope. The database's policies still hold; without both, it leaks."""
    from django.db.models import Q

    things = people()
    (reader,) = [one for one in readers() if one.role == "town_clerk" and one.division == TOWN]
    monkeypatch.setattr(Scope, "q", lambda self, column="division": Q())

    with_policies, without = Count(), Count()
    probe_queries(with_policies, reader, things, date(2026, 11, 24))
    monkeypatch.setattr(middleware, "WEB_ROLE", "CURRENT_USER")
    monkeypatch.setattr("anmin.kernel.access.middleware.tell", lambda settings: None)
    seen = reader_for(reader.user, date(2026, 11, 24))
    for thing in things:
        without.saw(sees(reader, thing), queries.person(seen, thing.pk) is not None, thing)

    assert with_policies.leaks == []
    assert without.leaks != []


def test_every_route_of_the_console_is_in_the_policy_or_about_an_object():
    """A new page without a word on who may open it fails here."""
    known = {name for group in ("open", "readers") for name in POLICY["routes"][group]}
    known |= set(POLICY["routes"]) - {"open", "readers"}
    known |= set(POLICY["anonymous"]) | set(POLICY["logged_in"])
    bare = [
        pattern.name
        for pattern in console_patterns()
        if not pattern.pattern.converters and pattern.name not in known
    ]

    assert [name for name in bare if name not in OPEN_ACTIONS] == []


OPEN_ACTIONS = {"find", "audit_verify"}
"""Addresses without a page of their own: they redirect or need what their page needs."""


def console_patterns():
    for entry in get_resolver().url_patterns:
        if getattr(entry, "namespace", None) == "console":
            yield from entry.url_patterns


def addresses():
    """Every address of every application, with its parameters filled in."""

    def walk(patterns, before=""):
        for entry in patterns:
            path = before + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns, path)
            else:
                yield getattr(entry, "name", None), path

    for name, path in walk(get_resolver().url_patterns):
        filled = path.lstrip("^").replace("$", "").replace("\\Z", "").replace("\\", "")
        for part in ("<int:pk>", "<int:number>", "<str:number>", "<str:code>", "<str:name>", "<str:kind>"):
            filled = filled.replace(part, "1")
        yield name, "/" + filled


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_nothing_answers_somebody_who_is_not_logged_in(client, method):
    answered = []
    for name, path in addresses():
        if name in POLICY["anonymous"] or "<" in path or "(" in path or path.startswith("/static"):
            continue
        response = getattr(client, method)(path)
        is_shut = response.status_code in (401, 403, 404, 405, 503) or (
            response.status_code in (301, 302) and "/login" in response["Location"]
        )
        if not is_shut:
            answered.append((name, path, response.status_code))

    assert answered == []


def bytes_of(response):
    """What somebody outside could compare: status, headers apart from times and cookies, and the body."""
    kept = {
        k: v
        for k, v in response.items()
        if k.lower() not in ("date", "set-cookie", "content-security-policy", "x-request-id")
    }
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return response.status_code, kept, body


def test_a_protected_child_reads_like_somebody_who_does_not_exist(client):
    things = people()
    child = next(t for t in things if t.division == VILLAGE and t.level == 3)
    client.force_login(a_user("outsider", TOWN))
    nobody = max(t.pk for t in things) + 1000

    for route in ("person", "person_reads"):
        real = client.get(reverse(f"console:{route}", args=[child.pk]))
        none = client.get(reverse(f"console:{route}", args=[nobody]))
        assert real.status_code == 404
        assert bytes_of(real)[0::2] == (404, bytes_of(none)[2].replace(str(nobody), str(child.pk)))
    searched = bytes_of(client.get(reverse("console:people"), {"q": child.name}))
    absent = bytes_of(client.get(reverse("console:people"), {"q": "查无此人"}))
    said = searched[2].replace(child.name, "查无此人").replace(quote(child.name), quote("查无此人"))
    assert said == absent[2]


def test_broken_glass_opens_one_person_for_hours_and_leaves_a_review(client):
    from datetime import timedelta

    from django.utils import timezone

    from anmin.kernel.access.exceptions import actions as exceptions

    things = people()
    child = next(t for t in things if t.division == VILLAGE and t.level == 3)
    other = next(t for t in things if t.division == VILLAGE and t.level == 4)
    asker, boss = a_user("asker", "371002"), a_user("boss", "371002", role="county_leader")
    client.force_login(asker)
    row = exceptions.ask(by=asker, person=child.pk, reason="孩子夜间走失，需联系家人")
    assert client.get(reverse("console:person", args=[child.pk])).status_code == 404
    with pytest.raises(exceptions.ExceptionRefused, match="另一人"):
        exceptions.approve(by=asker, request=row)

    exceptions.approve(by=boss, request=row)

    assert child.name in client.get(reverse("console:person", args=[child.pk])).content.decode()
    assert client.get(reverse("console:person", args=[other.pk])).status_code == 404
    BreakGlass.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert client.get(reverse("console:person", args=[child.pk])).status_code == 404
    with pytest.raises(exceptions.ExceptionRefused, match="自己"):
        exceptions.review(by=asker, request=row, words="没问题")


def test_a_connection_without_a_reader_sees_no_row():
    people()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE anmin_web")
        for table in ("kernel_person", "kernel_identifier", "kernel_household", "kernel_membership"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT set_config('anmin.lo', '', true), set_config('anmin.hi', '', true)")
        cursor.execute("SELECT count(*) FROM kernel_person")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")


def test_change_requests_stay_in_their_divisions(client):
    things = people()
    mine = next(t for t in things if t.division == VILLAGE and t.level == 1)
    from anmin.kernel.people.models import Person

    row = requests.ask(
        by=a_user("clerk", TOWN),
        kind="die",
        on=date(2026, 11, 1),
        division=VILLAGE,
        person=Person.objects.get(pk=mine.pk),
        payload={"source": "family"},
        evidence="家属当面报告",
    )
    client.force_login(a_user("elsewhere", "371003"))
    assert client.get(reverse("console:change_request", args=[row.pk])).status_code == 404
    client.force_login(a_user("here", "371002"))
    assert client.get(reverse("console:change_request", args=[row.pk])).status_code == 200
