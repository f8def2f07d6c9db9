"""The whole text of a decision against a family (不利决定的文字): the sentence, the article, the reason, how to appeal.

Short sentences, amounts and days in figures, no code of a program and no sign of paragraphs: it is read by the family.
"""

from __future__ import annotations

from datetime import date

from anmin.kernel.cases.models import Case
from anmin.kernel.papers.data import Office
from anmin.kernel.papers.offices import county_office, remedy, town_office
from anmin.kernel.papers.words import named


def text_against(case: Case, sentence: str, *, law: str, reason: str, on: date) -> str:
    """The text of a decision: one thing a line, the sentence with numbers first, the appeal last."""
    parts = [sentence, article_in_words(law), reason.strip(), *appeal(case, on)]
    return "\n".join(part for part in parts if part)


def article_in_words(law: str) -> str:
    """依据《…》第…条。 for the first of some citations; nothing where none is given."""
    return f"依据{named(law)}。" if law.strip() else ""


def appeal(case: Case, on: date) -> list[str]:
    """How, where and until when to appeal, and whom to ask, a line each (行政复议法 §20，行政诉讼法 §46)."""
    place = remedy(case.division, on)
    return [
        f"您不同意，可以申请行政复议，不收费。请在收到后 {place.review_days} 日内，向{place.review_at}提出。",
        f"也可以起诉。请在收到后 {place.court_months} 个月内，向{place.court_at}提出。",
        *filter(None, [_to_ask(town_office(case.division, on)), _phone_of(county_office(case.division, on))]),
    ]


def _to_ask(office: Office) -> str:
    if office.phone:
        return f"有疑问，请打电话 {office.phone}，问{office.name}。"
    where = f"地址：{office.address}。" if office.address else ""
    return f"有疑问，请到{office.name}当面问。{where}"


def _phone_of(office: Office) -> str:
    return f"{office.name}电话：{office.phone}。" if office.phone else ""
