"""Find a person, look at one with a purpose, look at a household in the register (人员)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console import helped
from anmin.console.personhistory import chapters_of, household_chapters
from anmin.console.personpage import fields_of, relation_of, rows_of, timeline, who
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.fields import PURPOSES
from anmin.kernel.access.taking.actions import take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.audit.queries import reads_of
from anmin.kernel.people import queries as people
from anmin.kernel.people import searches
from anmin.kernel.people.merging import queries as merging
from anmin.kernel.people.requests.queries import clashes

LONGEST = 60

READS, MOST_READS = 50, 2_000
ASKERS = (
    ("self", gettext_lazy("本人")),
    ("guardian", gettext_lazy("监护人")),
    ("delegate", gettext_lazy("受本人委托的人")),
)


@needs("register.read")
def search(desk: Desk) -> HttpResponse:
    """Persons by what people say at a counter. What was typed is kept sealed and is never part of an address."""
    request = desk.request
    if request.method == "POST":
        if request.POST.get("what") == "forget":
            searches.forget(request.session)
            return HttpResponseRedirect(reverse("console:people"))
        typed = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST]
        address = reverse("console:people")
        return HttpResponseRedirect(
            f"{address}?s={searches.remember(request.session, typed)}" if typed else address
        )
    handle = desk.written("s")
    text = searches.recalled(request.session, handle) if handle else desk.written("q")[:LONGEST]
    found = people.search(desk.reader, text) if text else None
    rows = []
    if found is not None and found.people:
        keys = [row.pk for row in found.people]
        take(reader=desk.reader, klass="list", person_ids=keys)
        audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["list"])
        rows = rows_of(found.people, desk.today)
    return desk.page(
        "people",
        "people",
        q=text,
        found=found,
        rows=rows,
        is_forgotten=bool(handle) and not text,
        recent=searches.recent(request.session),
        may_ask=desk.reader.may("register.ask"),
    )


@needs("register.read")
def person_page(desk: Desk, pk: int) -> HttpResponse:
    """One person: who, where, with whom, and what happened."""
    return _page(desk, pk, frozenset())


@require_POST
@needs("person.show")
def show_field(desk: Desk, pk: int) -> HttpResponse:
    """Show a masked field in clear, for a purpose; counted, and written into the book of reads."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    purpose, key = desk.request.POST.get("purpose", ""), desk.request.POST.get("field", "")
    known = {code: str(words) for code, words in PURPOSES}
    if purpose not in known:
        return _page(desk, pk, frozenset(), trouble=_("请先选择查阅目的，再显示。"))
    if key not in {row.key for row in fields_of(person)}:
        raise Http404
    take(reader=desk.reader, klass="clear", person_ids=[pk])
    audit.record_reads(
        by=desk.reader.user,
        person_ids=[pk],
        via=desk.reader.via,
        purpose=known[purpose],
        fields=[key],
        division=person.division,
    )
    return _page(desk, pk, frozenset([key]))


def _page(desk: Desk, pk: int, opened: frozenset[str], trouble: str = "") -> HttpResponse:
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    take(reader=desk.reader, klass="page", person_ids=[pk])
    audit.record_reads(
        by=desk.reader.user, person_ids=[pk], via=desk.reader.via, fields=["page"], division=person.division
    )
    on = _asked_day(desk)
    here = people.membership_on(person, desk.today)
    home = people.household(desk.reader, here.household.number) if here is not None else None
    return desk.page(
        "person",
        "people",
        person=person,
        who=who(person, desk.today),
        fields=fields_of(person, opened),
        opened=opened,
        purposes=PURPOSES,
        may_show=desk.reader.may("person.show", person.division),
        may_ask=desk.reader.may("register.ask", person.division),
        may_assign=desk.reader.may("caseload.assign", person.division),
        home=home,
        helped=helped.of_person(desk.reader, person, home, desk.today),
        on=on,
        is_today=on == desk.today,
        was_dead=person.died_on is not None and person.died_on <= on,
        chapters=chapters_of(desk.reader, person, on),
        apart=merging.apart_from(desk.reader, person),
        may_undo_apart=any(
            desk.reader.may(one, person.division) for one in ("register.decide", "match.decide")
        ),
        merged=merging.merge_that_can_be_undone(person),
        clashes=clashes(desk.reader, person),
        deaths=list(person.deaths.order_by("day")),
        timeline=timeline(desk.reader, person),
        trouble=trouble,
    )


@needs("register.read")
def person_reads(desk: Desk, pk: int) -> HttpResponse:
    """Who was shown this person, for the person to be told (个人信息保护法 §§44–45)."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    page = Paginator(reads_of(pk), READS).get_page(desk.request.GET.get("page"))
    return desk.page("person_reads", "people", person=person, page_of=page, askers=ASKERS)


@require_POST
@needs("register.read")
def tell_reads(desk: Desk, pk: int) -> HttpResponse:
    """The same as a sheet to hand over; who asked is written down, and that somebody was told."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    asker = dict(ASKERS).get(desk.request.POST.get("asker", ""))
    if asker is None:
        messages.error(desk.request, _("请先选择是谁来问的。"))
        return HttpResponseRedirect(reverse("console:person_reads", args=[pk]))
    reads = list(reads_of(pk)[:MOST_READS])
    purpose = _("应要求告知：%(who)s") % {"who": asker}
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="people.tell_reads",
        subject=person,
        after={"rows": len(reads), "asker": str(asker), "watermark": mark},
        purpose=purpose,
        division=person.division,
    )
    audit.record_reads(
        by=desk.reader.user,
        person_ids=[pk],
        via=desk.reader.via,
        purpose=purpose,
        fields=["told"],
        division=person.division,
    )
    return desk.page(
        "person_reads_print",
        "people",
        person=person,
        reads=reads,
        is_cut=len(reads) == MOST_READS,
        most=MOST_READS,
        asker=asker,
        watermark=mark,
    )


@needs("register.read")
def home_page(desk: Desk, number: str) -> HttpResponse:
    """A household in the register as it was on a day."""
    home = people.household(desk.reader, number)
    if home is None:
        raise Http404
    on = _asked_day(desk)
    members = desk.family(home, on, "list")
    listed = rows_of([row.person for row in members], on)
    rows = [
        {**one, "relation": relation_of(row.relation), "since": row.first_day}
        for one, row in zip(listed, members, strict=True)
    ]
    exchange = {"consents": "consents.manage", "checks": "checks.ask", "slips": "slips.manage"}
    may = {key: desk.reader.may(power, home.division) for key, power in exchange.items()}
    return desk.page(
        "home",
        "people",
        home=home,
        helped=helped.of_household(desk.reader, home, desk.today),
        on=on,
        is_today=on == desk.today,
        rows=rows,
        chapters=household_chapters(desk.reader, home, on),
        may_ask=desk.reader.may("register.ask", home.division),
        exchange=may if any(may.values()) else None,
    )


def _asked_day(desk: Desk) -> date:
    try:
        return date.fromisoformat(desk.request.GET.get("on", ""))
    except ValueError:
        return desk.today
