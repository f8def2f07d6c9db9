"""A county with money: funds, budget lines and the people who prepare, approve and decide."""

from datetime import date

from anmin.kernel.access.queries import reader_for
from anmin.kernel.payments.budget import actions as budget
from tests.make import a_user

COUNTY, TOWN, VILLAGE = "371002", "371002001", "371002001001"
TODAY = date(2026, 11, 25)
DIBAO = "assistance/dibao"


def finance(name="caiwu"):
    """Who prepares payments in the county."""
    return reader_for(a_user(name, COUNTY, role="county_finance"), TODAY)


def approver(name="shenhe"):
    """Who approves and decides."""
    return reader_for(a_user(name, COUNTY, role="county_approver"), TODAY)


def leader(name="lingdao"):
    """Who signs second."""
    return reader_for(a_user(name, COUNTY, role="county_leader"), TODAY)


def a_fund(by="test", key="central", source="central", uses=("assistance/*",), title="中央困难群众救助补助"):
    """A source of money."""
    return budget.add_fund(
        by=by,
        key=key,
        title=title,
        source=source,
        uses=uses,
        law="财社〔2017〕58号",
        first_day=date(2020, 1, 1),
    )


def a_budget(
    fen,
    by="test",
    *,
    division=COUNTY,
    year=2026,
    use="assistance/*",
    fund=None,
    rank=100,
    document="指标〔2026〕1号",
):
    """A budget line with money in it."""
    line = budget.open_line(
        by=by, fund=fund or a_fund(), division=division, year=year, use=use, rank=rank, on=TODAY
    )
    budget.appropriate(by=by, line=line, fen=fen, document=document, on=date(year, 1, 5))
    return line
