"""What kinds of help there are, and which powers give an order out, go on with it, settle it, look at it."""

from __future__ import annotations

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.models import Order

PROTECT = "protect"
"""A mandatory report about a child (强制报告): the county's child protection takes it up."""
CARE = "care"
"""Care at home (上门照护), by a provider of elder care."""
KINDS = ("meals", CARE, "medical", "repair", "aid", "legal", "other", PROTECT)
OF_ELDERS = ("meals", CARE)
OF_RESIDENTS = ("meals", CARE, "medical", "repair", "other")
"""What residents order on their own pages; aid is applied for, with its papers."""
BRING = ("case.survey", "elders.visit", "children.visit")
"""Whoever goes from door to door brings help, too."""
LOOK = (*BRING, "case.accept", "case.opine", "case.confirm", "case.meeting", "elders.decide")
"""Who has the page of orders: whoever works on them, and the county, which answers for them."""


def dispatch_powers(kind: str) -> tuple[str, ...]:
    """What whoever gives an order out must hold one of."""
    if kind == PROTECT:
        return ("children.decide",)
    return ("case.accept", "elders.manage") if kind in OF_ELDERS else ("case.accept",)


def settle_powers(kind: str) -> tuple[str, ...]:
    """What whoever settles an order must hold one of."""
    return ("case.opine", "elders.decide") if kind in OF_ELDERS else ("case.opine",)


def work_powers(kind: str) -> tuple[str, ...]:
    """What whoever writes down a service or a rating or takes an order back must hold one of."""
    return (*BRING, *dispatch_powers(kind), *settle_powers(kind))


def may(by: Reader, powers: tuple[str, ...], order: Order) -> bool:
    """Whether somebody holds one of some powers where an order is."""
    return any(by.may(power, order.division) for power in powers)
