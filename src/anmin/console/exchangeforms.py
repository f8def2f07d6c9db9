"""Forms of authorisations, checks and slips: what a worker is asked, in the order of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.formlook import PlainForm, day_input, dress
from anmin.kernel.exchange.checks import queries as checks

CHANNELS = (
    ("paper", gettext_lazy("书面签字")),
    ("desk", gettext_lazy("窗口当面确认")),
    ("sign", gettext_lazy("电子签名")),
)
LINES = 3
"""Rows of the paper answer that the form offers at a time."""


def source_choices() -> list[tuple[str, str]]:
    """The sources that a check may ask, as choices."""
    return [(key, f"{_(row.title)} · {_(row.department)}") for key, row in checks.check_sources().items()]


class ConsentForm(PlainForm):
    """An authorisation as it stands on the signed sheet."""

    person = forms.TypedChoiceField(label=gettext_lazy("谁的授权"), coerce=int)
    sources = forms.MultipleChoiceField(
        label=gettext_lazy("查询来源"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("只勾授权书上写明的来源。"),
        error_messages={"required": gettext_lazy("请至少勾选一个来源。")},
    )
    first_day = forms.DateField(label=gettext_lazy("授权从哪天起"), widget=day_input())
    last_day = forms.DateField(label=gettext_lazy("授权到哪天止"), widget=day_input())
    channel = forms.ChoiceField(label=gettext_lazy("怎样授权"), choices=CHANNELS)
    signed_at = forms.DateTimeField(
        label=gettext_lazy("签署时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    witness = forms.CharField(
        label=gettext_lazy("见证人"),
        max_length=50,
        required=False,
        help_text=gettext_lazy("书面或当面授权必须填写在场的工作人员姓名。"),
    )
    signer = forms.TypedChoiceField(
        label=gettext_lazy("由谁代签（监护人）"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, adults: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = adults  # type: ignore[attr-defined]
        self.fields["signer"].choices = [("", _("本人签署")), *adults]  # type: ignore[attr-defined]
        self.fields["sources"].choices = source_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nobody signs for themselves as a guardian."""
        values = super().clean() or {}
        if values.get("signer") and values["signer"] == values.get("person"):
            self.add_error("signer", _("代签人不能是授权人自己；本人签署请选“本人签署”。"))
        return values


class CheckForm(PlainForm):
    """A check: for which matter, which sources."""

    matter = forms.CharField(
        label=gettext_lazy("为哪件事核对"),
        max_length=100,
        help_text=gettext_lazy("办件编号或复核名称，例如“低保申请 2026-118”。没有事由不能查询。"),
    )
    sources = forms.MultipleChoiceField(
        label=gettext_lazy("查询来源"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少勾选一个来源。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sources"].choices = source_choices()  # type: ignore[attr-defined]


class PaperAnswerForm(PlainForm):
    """A source's answer on paper: which paper, as of which day, and what it says about whom."""

    document = forms.CharField(label=gettext_lazy("答复函文号或名称"), max_length=80)
    as_of = forms.DateField(label=gettext_lazy("数据日期"), widget=day_input())

    def __init__(self, *args: Any, members: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at in range(1, LINES + 1):
            self.fields[f"person{at}"] = forms.TypedChoiceField(
                label=_("第 %(n)d 条：谁") % {"n": at},
                coerce=int,
                required=False,
                empty_value=None,
                choices=[("", _("没有这一条")), *members],
            )
            self.fields[f"title{at}"] = forms.CharField(
                label=_("第 %(n)d 条：项目") % {"n": at}, max_length=40, required=False
            )
            self.fields[f"value{at}"] = forms.CharField(
                label=_("第 %(n)d 条：内容") % {"n": at}, max_length=100, required=False
            )
        for one in self.fields.values():
            dress(one)

    def clean(self) -> dict[str, Any]:
        """A line is whole or empty."""
        values = super().clean() or {}
        for at in range(1, LINES + 1):
            parts = [values.get(f"{name}{at}") for name in ("person", "title", "value")]
            if any(parts) and not all(parts):
                self.add_error(f"person{at}", _("这一条没有写全：谁、项目、内容都要写，或者都不写。"))
        return values

    def lines(self) -> list[dict[str, Any]]:
        """The lines that were filled in."""
        given = self.cleaned_data
        return [
            {"person": given[f"person{at}"], "values": {given[f"title{at}"]: given[f"value{at}"]}}
            for at in range(1, LINES + 1)
            if given[f"person{at}"]
        ]


class SlipForm(PlainForm):
    """A disputed value: whose, both values, and why."""

    partner = forms.TypedChoiceField(label=gettext_lazy("发给哪个单位"), coerce=int)
    source = forms.ChoiceField(label=gettext_lazy("来自哪个来源"), required=False)
    field = forms.CharField(
        label=gettext_lazy("有疑问的数据项"), max_length=60, help_text=gettext_lazy("例如“机动车数”。")
    )
    theirs = forms.CharField(label=gettext_lazy("对方的值"), max_length=200)
    ours = forms.CharField(label=gettext_lazy("我方查到的值"), max_length=200)
    evidence = forms.CharField(
        label=gettext_lazy("依据"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=gettext_lazy("看过什么材料、什么时候看的，例如“报废车辆回收证明，2026-03-12”。"),
    )
    batch = forms.CharField(label=gettext_lazy("批次（如果知道）"), max_length=80, required=False)

    def __init__(self, *args: Any, partners: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = partners  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", _("不清楚")), *source_choices()]  # type: ignore[attr-defined]


class SlipAnswerForm(PlainForm):
    """What looking at the value came to."""

    answer = forms.ChoiceField(
        label=gettext_lazy("答复"),
        choices=(
            ("error", gettext_lazy("原值有误，已更正")),
            ("right", gettext_lazy("原值无误")),
            ("unknown", gettext_lazy("无法核实")),
        ),
    )
    corrected = forms.CharField(
        label=gettext_lazy("更正后的值"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("原值有误时必填。"),
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False)


def half_a_year_on(day: date) -> date:
    """What the form proposes as the last day: no longer than a review needs."""
    month = day.month + 6
    year, month = (day.year + 1, month - 12) if month > 12 else (day.year, month)
    return date(year, month, min(day.day, 28))
