"""What should be paid (独立核算): plain code that knows nothing of Anmin's, month by month, household by household.

A history is a list of events, each learned in some month: ("amount", from_month, to_month or None, fen) sets the amount of those
months and of all after, ("end", from_month) ends the benefit. Months are numbers. Everything is thought through from the
beginning for every month, as a clerk with a ledger card would.
"""


def card(events, months):
    """What a clerk enters month by month: what is paid, and what is found to be overpaid (never taken back by itself)."""
    held, found, paid, over = {}, {}, {}, {}
    for now in months:
        due = clean(events, now)
        paid[now] = over[now] = 0
        for month in range(months[0], now + 1):
            had, should = held.get(month, 0), due.get(month, 0)
            if should > had:
                paid[now] += should - had
                held[month] = should
            elif should < had - found.get(month, 0):
                over[now] += had - found.get(month, 0) - should
                found[month] = had - should
    return paid, over


def clean(events, now):
    """Fen due by month, as known in a month."""
    due = {}
    for month in range(now + 1):
        for learned, what, first, last, fen in events:
            if learned <= now and first <= month:
                inside = what == "amount" and (last is None or month <= last)
                due[month] = fen if inside else 0
    return due
