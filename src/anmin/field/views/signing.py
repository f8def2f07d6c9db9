"""A signature that a returned case waits for (补签核对授权): recorded where it is given, then the case goes back."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone, written
from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.deciding.actions import send_back
from anmin.kernel.cases.fieldwork.actions import sign as record
from anmin.kernel.cases.fieldwork.queries import SIGNING, Returned, returned_for_signing
from anmin.kernel.cases.papers.proceedings import CONSENT_MONTHS
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.exchange.checks.queries import adults_seen, check_sources
from anmin.kernel.exchange.consents.actions import ConsentProblem
from anmin.kernel.exchange.consents.queries import notice_in_force
from anmin.lib.calendar import add_months


@phone(*SIGNING)
def sign(phone: Phone, number: str) -> HttpResponse:
    """The signatures one after the other; once nothing is missing, the button that sends the case back."""
    returned = returned_for_signing(phone.reader, number)
    if returned is None:
        raise Http404
    posted, trouble = phone.request.POST, ""
    home = returned.case.household
    if phone.request.method == "POST":
        try:
            if written(posted, "step") == "send_back":
                _back(phone, returned)
                return phone.go("home", home.number, updated=_("送回审核"))
            _record(phone, returned)
            return phone.go("sign", number)
        except (ConsentProblem, StaleCase, StepRefused) as problem:
            trouble = str(problem)
    adults = adults_seen(phone.reader, home, phone.today)
    phone.note(
        [*(one.person.pk for one in returned.signatures), *(row.pk for row in adults)],
        "page",
        "sign",
        home.division,
    )
    known, asked = check_sources(), procedure_of(returned.case).intake.get("sources", ())
    missing = next((one for one in returned.signatures if not one.is_signed), None)
    return phone.page(
        "sign",
        "homes",
        status=422 if trouble else 200,
        returned=returned,
        home=home,
        missing=missing,
        others=[row for row in adults if missing is not None and row.pk != missing.person.pk],
        sources=list(dict.fromkeys(known[key].department if key in known else key for key in asked)),
        notice=notice_in_force("check", phone.today),
        last_day=written(posted, "last_day") or add_months(phone.today, CONSENT_MONTHS).isoformat(),
        posted=posted,
        trouble=trouble,
    )


def _record(phone: Phone, returned: Returned) -> None:
    """One signature, as the worker saw it given.

    Raises:
        ConsentProblem: in words for whoever stands at the door.
    """
    given = phone.request.POST
    signers = {str(row.pk): row for row in adults_seen(phone.reader, returned.case.household, phone.today)}
    person, chosen = written(given, "person"), written(given, "signer")
    if not written(given, "present"):
        raise ConsentProblem(_("请确认授权书是当面签的，再登记。"))
    if chosen and chosen not in signers:
        raise ConsentProblem(_("请选择是谁签的字。"))
    try:
        last = date.fromisoformat(written(given, "last_day"))
    except ValueError as trouble:
        raise ConsentProblem(_("请填写授权书上的截止日期。")) from trouble
    record(
        by=phone.reader,
        returned=returned,
        person=int(person) if person.isdecimal() and len(person) < 18 else 0,
        signer=signers.get(chosen),
        last_day=last,
        on=phone.today,
    )


def _back(phone: Phone, returned: Returned) -> None:
    """Send the mended case back to whoever returned it."""
    seen = written(phone.request.POST, "seen")
    send_back(
        by=phone.reader,
        case=returned.case,
        on=phone.today,
        seen=int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
    )
