"""Nobody sees what they may not, and everybody sees what they may: thousands of probes against a written policy."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.urls import get_resolver, reverse

from anmin.kernel.access import middleware
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import BreakGlass
from anmin.kernel.access.queries import Reader, reader_for
from anmin.kernel.people import queries
from anmin.kernel.people.requests import actions as requests
from tests.access.world import POLICY, TOWN, VILLAGE, people, prefix, readers, sees
from tests.make import a_user

pytestmark = pytest.mark.django_db
FEWEST = 10_000
NOBODY = 10**7
"""The key of nothing at all."""
ON = date(2026, 11, 24)


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


def roles_for(group):
    """The roles of a line of the policy."""
    if isinstance(group, list):
        return set(group)
    if group == "anybody":
        return set(POLICY["roles"])
    if group == "everybody":
        return set(POLICY["roles"]) - {"partner_staff"}
    if group == "readers":
        return {role for role, row in POLICY["roles"].items() if row["reads"]}
    return set(POLICY["groups"][group])


def console_routes():
    """Every named route of the console as the resolver has it: name, and the kinds of its parameters."""
    for entry in get_resolver().url_patterns:
        if getattr(entry, "namespace", None) == "console":
            for row in entry.url_patterns:
                yield row.name, [type(one).__name__ for one in row.pattern.converters.values()]


def an_address(name, kinds, value=NOBODY):
    """An address of a route; where it names an object, of one that does not exist."""
    fill = {"IntConverter": value, "StringConverter": str(value), "SlugConverter": str(value)}
    return reverse(f"console:{name}", args=[fill[kind] for kind in kinds])


def asked(client, address, row):
    return client.post(address, row["post"]) if "post" in row else client.get(address)


def is_turned_away(answer):
    """Refused, or sent to the only pages that staff of other institutions have."""
    return answer.status_code == 403 or answer.get("Location") == reverse("console:own")


def probe_routes(count, client, reader):
    """Every route without a person: refused to every role but those of the policy, also where there is no object."""
    lines = {name: {"for": group} for name, group in POLICY["routes"].items()} | POLICY["objects"]
    for name, kinds in console_routes():
        if name in lines:
            answer = asked(client, an_address(name, kinds), lines[name])
            may = reader.role in roles_for(lines[name]["for"])
            count.saw(may, not is_turned_away(answer), (reader, name, answer.status_code))
            count.saw(True, answer.status_code < 500, (reader, name, answer.status_code))


def probe_person(count, client, reader, thing, name):
    """One route about one person: the page and the name on it only where role and sight allow both.

    The page of a household opens where the household itself is in sight, without the members that are not.
    """
    row = (POLICY["persons"] | POLICY["homes"])[name]
    key = thing.household if name in POLICY["homes"] else thing.pk
    answer = asked(client, reverse(f"console:{name}", args=[key]), row)
    role = reader.role in roles_for(row["for"])
    may = sees(reader, thing) and role
    opens = role_place(reader, thing) and role if name in POLICY["homes"] else may
    count.saw(opens, answer.status_code == 200, (reader, name, thing, answer.status_code))
    count.saw(may, thing.name in answer.content.decode(), (reader, name, "name", thing))


def keys_of(table, column="person_id"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return {row[0] for row in cursor.fetchall()}


def probe_queries(count, reader, things, texts=3):
    """Lists, counts, details, search by word and by beginning, and the tables themselves as the web role reads them."""
    seen = reader_for(reader.user, ON)
    with reading_as(seen):
        listed = set(queries.persons(seen).values_list("pk", flat=True))
        homes = set(queries.households(seen).values_list("number", flat=True))
        tables = {
            "persons": keys_of("kernel_person", "id"),
            "identifiers": keys_of("kernel_identifier"),
            "memberships": keys_of("kernel_membership"),
            "former": keys_of("kernel_formername"),
            "history": keys_of("kernel_rowhistory", "person"),
        }
        for thing in things:
            may = sees(reader, thing)
            count.saw(may, thing.pk in listed, (reader, "list", thing))
            count.saw(may, queries.person(seen, thing.pk) is not None, (reader, "detail", thing))
            for name, keys in tables.items():
                count.saw(may, thing.pk in keys, (reader, name, thing))
            for text in (thing.name, thing.name[1:], thing.household)[:texts]:
                found = {row.pk for row in queries.search(seen, text).people}
                count.saw(may, thing.pk in found, (reader, "search", text, thing))
                unseen = found - {one.pk for one in things if sees(reader, one)}
                count.saw(True, not unseen, (reader, "search", text, unseen))
            place = role_place(reader, thing)
            count.saw(place, thing.household in homes, (reader, "household", thing))
        number = queries.persons(seen).count()
        count.saw(True, number == sum(sees(reader, one) for one in things), (reader, "count", number))


def role_place(reader, thing):
    """Whether the household itself, which is held no more closely than usual, lies in sight."""
    return POLICY["roles"][reader.role]["reads"] and thing.division.startswith(prefix(reader.division))


def with_history(things):
    """Former names, and a change of every person, so that the history has a row of each."""
    from anmin.kernel.people.models import FormerName, Person

    for thing in things:
        FormerName.objects.create(person_id=thing.pk, name="曾用", last_day=date(2010, 1, 1))
        Person.objects.filter(pk=thing.pk).update(nation="02")
    return things


def test_ten_thousand_probes_find_no_leak_and_no_wrong_refusal():
    """E22. Routes come from the resolver; who may what, from the policy file alone."""
    things, count = with_history(people()), Count()
    about = [*POLICY["persons"], *POLICY["homes"]]
    begun = set()
    for at, reader in enumerate(readers()):
        client = Client()
        client.force_login(reader.user)
        if reader.role not in begun:
            probe_routes(count, client, reader)
        begun.add(reader.role)
        for place, thing in enumerate(things):
            probe_person(count, client, reader, thing, about[(at + place) % len(about)])
        probe_queries(count, reader, things)

    assert count.leaks[:20] == []
    assert count.refusals[:20] == []
    assert count.made >= FEWEST


def some_readers(*wanted):
    return [one for one in readers() if (one.role, one.division) in wanted]


def test_a_removed_scope_filter_is_noticed_by_the_probes_and_stopped_by_the_database(monkeypatch):
    """The wrong variant: queries that forget the scope. The database's policies still hold; without both, it leaks."""
    things = with_history(people())
    (reader,) = some_readers(("town_clerk", TOWN))
    monkeypatch.setattr(Reader, "q", lambda self, division="division", level="level": Q(pk__isnull=False))

    with_policies, without = Count(), Count()
    probe_queries(with_policies, reader, things)
    monkeypatch.setattr(middleware, "WEB_ROLE", "CURRENT_USER")
    monkeypatch.setattr("anmin.kernel.access.middleware.tell", lambda settings: None)
    seen = reader_for(reader.user, ON)
    for thing in things:
        without.saw(sees(reader, thing), queries.person(seen, thing.pk) is not None, thing)

    assert with_policies.leaks == []
    assert without.leaks != []


POLICY_MUTANTS = [
    "kernel_person",
    "kernel_identifier",
    "kernel_membership",
    "kernel_formername",
    "kernel_rowhistory",
    "kernel_household",
]


@pytest.mark.parametrize("table", POLICY_MUTANTS)
def test_a_policy_taken_from_one_table_is_noticed_by_the_probes(table):
    """Each wrong variant takes away one lock of the database alone."""
    things = with_history(people())
    (reader,) = some_readers(("town_clerk", TOWN))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    count = Count()

    with reading_as(reader_for(reader.user, ON)):
        column = {"kernel_person": "id", "kernel_household": "number", "kernel_rowhistory": "person"}
        keys = keys_of(table, column.get(table, "person_id"))
    for thing in things:
        key = thing.household if table == "kernel_household" else thing.pk
        may = role_place(reader, thing) if table == "kernel_household" else sees(reader, thing)
        count.saw(may, key in keys, (table, thing))

    assert count.leaks != []


def test_a_page_that_forgets_its_role_is_noticed_by_the_probes(monkeypatch):
    """The wrong variant: every power for everybody."""
    (reader,) = some_readers(("organisation_registrar", "371002"))
    client, count = Client(), Count()
    client.force_login(reader.user)
    monkeypatch.setattr(Reader, "may", lambda self, power, division=None: True)

    probe_routes(count, client, reader)

    assert len(count.leaks) > 20


def test_every_route_of_the_console_is_in_the_policy():
    """A new page without a word on who may open it fails here."""
    known = {name for group in ("routes", "persons", "homes", "objects") for name in POLICY[group]}

    assert sorted({name for name, _kinds in console_routes()} - known - set(POLICY["anonymous"])) == []
    assert sorted(known - {name for name, _kinds in console_routes()}) == []


def test_every_public_page_of_residents_exists():
    """A word of the policy about a page that is gone fails here; pages without a word are probed as shut."""
    known = {name for name, path in addresses() if path.startswith("/residents/")}

    assert sorted(set(POLICY["public"]) - known) == []


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
        yield name, "/" + re.sub(r"<(?:\w+:)?\w+>", "1", filled)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_nothing_answers_somebody_who_is_not_logged_in(client, method):
    answered = []
    for name, path in addresses():
        if name in POLICY["anonymous"] or "(" in path or path.startswith("/static"):
            continue
        if path.startswith("/residents/") and name in POLICY["public"]:
            continue
        response = getattr(client, method)(path)
        is_shut = response.status_code in (401, 403, 404, 405, 503) or (
            response.status_code in (301, 302)
            and ("/login" in response["Location"] or "/residents/enter/" in response["Location"])
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
