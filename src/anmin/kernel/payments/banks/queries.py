"""Files, orders and answers as a reader may see them: what waits, what is not known, what came back, one payment's life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, QuerySet, Sum, When

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.banks.layouts import Code, form_named, forms
from anmin.kernel.payments.banks.models import (
    BankCall,
    BankStatement,
    PayFile,
    PayFileLine,
    Reconciliation,
    ReturnFile,
    ReturnLine,
)
from anmin.kernel.payments.runs.models import PayLine, PayRun

BY_HAND = ("cash", "kind")
"""What is no bank: sheets that are signed by who gets money or goods."""


def files(reader: Reader, run: PayRun | None = None) -> QuerySet[PayFile]:
    """Files in the reader's places, newest first."""
    rows = PayFile.objects.filter(reader.scope.q()).select_related("run", "made_by")
    return (rows if run is None else rows.filter(run=run)).order_by("-pk")


def file_named(reader: Reader, name: str) -> PayFile | None:
    """A file by its batch number, such as `371002-202611-01-01`."""
    number, _dash, last = name.rpartition("-")
    if not last.isdecimal():
        return None
    return files(reader).filter(run__number=number, number=int(last)).first()


def call_of(file: PayFile) -> BankCall:
    """How a file is handed over."""
    return BankCall.objects.get(file=file, what="send")


def calls_open(reader: Reader) -> QuerySet[BankCall]:
    """What waits to be handed over, or of which nothing is known, the oldest first."""
    rows = BankCall.objects.filter(reader.scope.q(), state__in=["waiting", "unsure"])
    return rows.select_related("file__run").order_by("made_at")


def orders_open(reader: Reader) -> QuerySet[PayFileLine]:
    """Orders that were sent and are not answered, or answered with "unknown", the oldest first."""
    rows = PayFileLine.objects.filter(
        reader.q("pay_line__division", "pay_line__level"), state__in=["waiting", "unknown"]
    )
    return rows.exclude(file__state="made").select_related("file__run", "pay_line").order_by("file", "seq")


def orders_unknown(reader: Reader) -> QuerySet[PayFileLine]:
    """Orders to which the bank said that it does not know, the oldest first: asked about in writing, never sent again by itself."""
    return (
        orders_open(reader)
        .filter(state="unknown")
        .select_related("pay_line__person", "pay_line__household", "account")
    )


def quarantined(reader: Reader) -> QuerySet[ReturnFile]:
    """Answers that nobody has decided about, the oldest first."""
    return ReturnFile.objects.filter(reader.scope.q(), state="quarantined").order_by("pk")


def return_numbered(reader: Reader, number: int) -> ReturnFile | None:
    """One answer."""
    return ReturnFile.objects.filter(reader.scope.q(), pk=number).first()


@dataclass(frozen=True)
class Returned:
    """A payment that came back: why, what mends it, whom to call."""

    line: PayLine
    order: PayFileLine
    code: Code | None
    name: str
    phone: str


def returned(reader: Reader, run: PayRun | None = None) -> Iterator[Returned]:
    """Payments that came back and are not sent again yet, place by place, with the telephone of the payee."""
    rows = PayFileLine.objects.filter(
        reader.q("pay_line__division", "pay_line__level"), state="returned", pay_line__state="returned"
    )
    rows = rows if run is None else rows.filter(file__run=run)
    newest: dict[int, PayFileLine] = {}
    ordered = rows.select_related("file", "pay_line__person", "pay_line__run")
    for order in ordered.order_by("pay_line__division", "pay_line", "attempt"):
        newest[order.pay_line_id] = order
    for order in newest.values():
        line, day = order.pay_line, order.answered_on
        code = form_named(order.file.form).code_on(order.code, day) if day else None
        person = line.person
        yield Returned(line, order, code, person.name if person else "", person.phone if person else "")


def returned_number(reader: Reader) -> int:
    """How many payments came back and are not sent again yet; `returned` lists as many."""
    return PayLine.objects.filter(reader.q(), state="returned").count()


@dataclass(frozen=True)
class Moment:
    """Something that happened to a payment: when, a word, a sentence's values."""

    at: datetime | date
    code: str
    told: dict[str, str]


def life_of(reader: Reader, line: PayLine) -> list[Moment]:
    """One payment from its file to its answers (一笔的来龙去脉), in order."""
    moments: list[Moment] = []
    orders = PayFileLine.objects.filter(reader.q("pay_line__division", "pay_line__level"), pay_line=line)
    for order in orders.select_related("file__run", "account").order_by("attempt"):
        name = order.file.batch
        last_four = order.account.last_four if order.account else ""
        moments.append(
            Moment(
                order.file.made_at,
                "reissued" if order.file.is_reissue else "filed",
                {"file": name, "account": last_four},
            )
        )
        if order.file.sent_at:
            moments.append(Moment(order.file.sent_at, "sent", {"reference": order.file.bank_reference}))
        for said in order.answers.select_related("return_file").order_by("pk"):
            code = form_named(order.file.form).code_on(said.code, said.on) if said.code else None
            why = code.title if code else said.code
            told = {"why": why, "file": said.return_file.name, "day": said.on.isoformat()}
            moments.append(Moment(said.return_file.received_at, said.status, told))
    return moments


def reconciliations(reader: Reader, run: PayRun) -> QuerySet[Reconciliation]:
    """What was found each time, newest first."""
    return Reconciliation.objects.filter(reader.scope.q("run__division"), run=run).order_by("-pk")


def statements(reader: Reader) -> QuerySet[BankStatement]:
    """Statements of days, newest first."""
    return BankStatement.objects.filter(reader.scope.q()).order_by("-day", "bank")


def form_keys() -> list[tuple[str, str, bool]]:
    """Formats by key: title, and whether a bank has confirmed it."""
    return [(form.key, form.title, form.is_verified) for form in forms()]


def bank_of(form: str) -> str:
    """The bank of a format.

    Raises:
        PaymentProblem: `form_unknown`.
    """
    return form_named(form).bank


def file_numbered(reader: Reader, number: int) -> PayFile | None:
    """One file."""
    return files(reader).filter(pk=number).first()


def call_numbered(reader: Reader, number: int) -> BankCall | None:
    """One thing that a bank was told or asked."""
    return BankCall.objects.filter(reader.scope.q(), pk=number).select_related("file__run").first()


def calls_of(reader: Reader, file: PayFile) -> QuerySet[BankCall]:
    """Everything a bank was told or asked about a file."""
    return BankCall.objects.filter(reader.scope.q(), file=file).order_by("pk")


def open_order_numbered(reader: Reader, number: int) -> PayFileLine | None:
    """One payment that was sent and is not answered, or answered with "unknown"."""
    return orders_open(reader).filter(pk=number).first()


def states_in(file: PayFile, reader: Reader) -> dict[str, int]:
    """How many payments of a file the reader may see, by what came of them; the list of each has as many."""
    rows = orders_of(reader, file).order_by().values_list("state").annotate(number=Count("pk"))
    return dict(sorted(rows))


def lines_of_keys(reader: Reader, keys: Iterable[str]) -> dict[str, int]:
    """The payments that orders are of, by the key of the order, as far as the reader may see them."""
    rows = PayFileLine.objects.filter(
        reader.q("pay_line__division", "pay_line__level"), key__in=[key for key in keys if key]
    )
    return dict(rows.values_list("key", "pay_line"))


def usual_form(reader: Reader) -> str:
    """The format of the newest file that was not for hands, which the next answer will most likely have; or none."""
    for form in files(reader).values_list("form", flat=True)[:20]:
        if form_named(form).bank not in BY_HAND:
            return str(form)
    return ""


def orders_of(reader: Reader, file: PayFile) -> QuerySet[PayFileLine]:
    """The payments of a file that the reader may see, in the order of the file."""
    rows = PayFileLine.objects.filter(reader.q("pay_line__division", "pay_line__level"), file=file)
    return rows.select_related("pay_line__person", "pay_line__household", "account").order_by("seq")


@dataclass(frozen=True)
class Outcome:
    """What a bank said in one answer, of how many payments and over how many fen."""

    state: str
    number: int
    fen: int

    @property
    def words(self) -> str:
        """The state for people."""
        return str(PayFileLine.State(self.state).label)


def outcomes_of(reader: Reader, answer: ReturnFile) -> list[Outcome]:
    """What an answer says, by what it says, as far as the reader may see the payments; `answered` lists as many."""
    rows = ReturnLine.objects.filter(
        reader.q("order__pay_line__division", "order__pay_line__level"), return_file=answer
    )
    summed = rows.order_by().values_list("status").annotate(number=Count("pk"), sum=Sum("fen"))
    return [Outcome(*row) for row in sorted(summed)]


def answered(reader: Reader, file: PayFile, answer: int, state: str = "") -> QuerySet[PayFileLine]:
    """The payments of a file about which one answer says something, or said this."""
    rows = orders_of(reader, file)
    if state:
        return rows.filter(answers__return_file=answer, answers__status=state)
    return rows.filter(answers__return_file=answer)


def returns(reader: Reader) -> QuerySet[ReturnFile]:
    """Every answer, those that wait for a decision first, then the newest."""
    rows = ReturnFile.objects.filter(reader.scope.q()).select_related("file__run", "receiver", "decided_by")
    return rows.annotate(waits=Case(When(state="quarantined", then=0), default=1)).order_by("waits", "-pk")


def why_returned(order: PayFileLine) -> str:
    """The bank's reason in words, or its code where nobody knows what it means."""
    day = order.answered_on
    code = form_named(order.file.form).code_on(order.code, day) if day and order.code else None
    return code.title if code else order.code
