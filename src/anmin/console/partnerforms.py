"""Forms about partners: what is asked of whom before a key opens anything (往来单位)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anmin.kernel.exchange.sharing.queries import bases_for
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.partners.queries import POWERS, Partner, Sender, shareable


def a_day() -> forms.DateInput:
    """A day as the browser's own field wants it, whatever the language of the page."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Plain(forms.Form):
    """A form in the look of the console."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            if isinstance(one.widget, forms.CheckboxSelectMultiple | forms.CheckboxInput):
                continue
            one.widget.attrs["class"] = (
                "form-select" if isinstance(one.widget, forms.Select) else "form-control"
            )

    def full_clean(self) -> None:
        """As Django's; then every field that is wrong says so to a screen reader."""
        super().full_clean()
        for name in self._errors or ():
            if name in self.fields:
                marks = {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                self.fields[name].widget.attrs |= marks


class PartnerForm(Plain):
    """A new partner."""

    key = forms.CharField(
        label=_("单位代号"),
        max_length=40,
        help_text=_("英文字母、数字和下划线，例如 medical_insurance；共享依据按代号对应部门。"),
    )
    name = forms.CharField(label=_("单位名称"), max_length=100)
    contact = forms.CharField(
        label=_("联系人和电话"), max_length=100, required=False, help_text=_("密钥到期、报送有问题时找谁。")
    )


class KeyForm(Plain):
    """A new key: what for, on which basis, which fields, where, how long, how much."""

    title = forms.CharField(
        label=_("密钥名称"), max_length=100, help_text=_("哪个系统用，例如“两项补贴核对系统”。")
    )
    purpose = forms.CharField(
        label=_("用途"), max_length=100, help_text=_("办什么事；每次查询都会连同用途记入本人的查阅记录。")
    )
    powers = forms.MultipleChoiceField(label=_("接口权限"), widget=forms.CheckboxSelectMultiple)
    basis = forms.ChoiceField(
        label=_("共享依据"),
        required=False,
        help_text=_("要给数据项必须有依据；依据管到哪里，数据项就只能给到哪里。"),
    )
    fields_ = forms.MultipleChoiceField(
        label=_("数据项"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sources = forms.MultipleChoiceField(
        label=_("可报送的来源"), required=False, widget=forms.CheckboxSelectMultiple
    )
    divisions = forms.CharField(
        label=_("辖区代码"),
        max_length=200,
        help_text=_("只能查到这些辖区的人；多个用空格隔开，例如 371002 371003。"),
    )
    first_day = forms.DateField(label=_("从哪天起"), widget=a_day())
    last_day = forms.DateField(label=_("到哪天止"), widget=a_day(), help_text=_("最长一年。"))
    per_day = forms.IntegerField(
        label=_("每天最多查多少人"),
        min_value=1,
        max_value=100_000,
        help_text=_("同一人一天只算一次；超过即停并告警。"),
    )
    per_minute = forms.IntegerField(label=_("每分钟最多多少次"), min_value=1, max_value=6_000)

    def __init__(self, *args: Any, partner: Partner, on: date, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "first_day": on,
            "last_day": on + timedelta(365),
            "per_day": 250,
            "per_minute": 60,
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        known = shareable()
        self.fields["powers"].choices = list(POWERS.items())  # type: ignore[attr-defined]
        bases = [(row.key, f"{row.title}（{row.law}）") for row in bases_for(partner)]
        self.fields["basis"].choices = [("", "—"), *bases]  # type: ignore[attr-defined]
        reached = {name for row in bases_for(partner) for name in row.fields}
        self.fields["fields_"].choices = [  # type: ignore[attr-defined]
            (name, f"{row.title}（{row.klass}）") for name, row in known.items() if name in reached
        ]
        self.fields["sources"].choices = [  # type: ignore[attr-defined]
            (row.key, f"{row.title} · {row.department}") for row in sources().values()
        ]

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        given = dict(self.cleaned_data)
        given["fields"] = given.pop("fields_")
        given["divisions"] = given["divisions"].replace("，", " ").replace(",", " ").split()
        return given


class SenderForm(Plain):
    """A system that speaks the exchange standard."""

    key = forms.ChoiceField(label=_("用哪把密钥"))
    sender_id = forms.CharField(label=_("发送方标识（sender_id）"), max_length=99)
    algorithm = forms.ChoiceField(label=_("签名算法"), choices=Sender.Algorithm.choices)
    public_key = forms.CharField(
        label=_("公钥"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
        help_text=_("SM2 填 128 位十六进制，JWS 填 PEM。"),
    )
    callback_hosts = forms.CharField(
        label=_("回调主机"),
        max_length=300,
        required=False,
        help_text=_("答复只发到这里写的主机；多个用空格隔开。"),
    )
    callback_uri = forms.CharField(label=_("默认回调地址"), max_length=500, required=False)

    def __init__(self, *args: Any, keys: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [(str(row.pk), row.title) for row in keys]  # type: ignore[attr-defined]


class StaffForm(Plain):
    """A log-in for somebody of the partner."""

    username = forms.CharField(label=_("用户名"), max_length=50)
    display_name = forms.CharField(label=_("姓名"), max_length=100)
    password = forms.CharField(
        label=_("初始密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        max_length=200,
        help_text=_("当面告知，首次登录必须修改。"),
    )
    division = forms.CharField(label=_("单位所在辖区代码"), max_length=12)
    last_day = forms.DateField(label=_("到哪天止（空着为长期）"), required=False, widget=a_day())


class SharingForm(Plain):
    """A partner asks for data."""

    basis = forms.ChoiceField(label=_("共享依据"), help_text=_("只列出适用于本单位的依据。"))
    fields_ = forms.MultipleChoiceField(label=_("要哪些数据项"), widget=forms.CheckboxSelectMultiple)
    matter = forms.CharField(label=_("事项"), max_length=200, help_text=_("办理哪件事要用。"))
    purpose = forms.CharField(label=_("用途"), max_length=200)
    contact = forms.CharField(label=_("联系人和电话"), max_length=100)
    first_day = forms.DateField(label=_("从哪天起用"), widget=a_day())
    last_day = forms.DateField(label=_("用到哪天"), widget=a_day())

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = shareable()
        bases = bases_for(partner)
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (row.key, f"{row.title}（{row.law}）") for row in bases
        ]
        self.fields["fields_"].choices = [  # type: ignore[attr-defined]
            (name, row.title) for name, row in known.items() if any(name in one.fields for one in bases)
        ]


class SlipForm(Plain):
    """A partner answers a slip."""

    answer = forms.ChoiceField(label=_("核对结果"), widget=forms.RadioSelect, choices=[])
    corrected = forms.CharField(
        label=_("更正后的值"), max_length=200, required=False, help_text=_("原值有误时必填。")
    )
    note = forms.CharField(
        label=_("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            ("error", _("原值有误，已更正")),
            ("right", _("原值无误")),
            ("unknown", _("无法核实")),
        ]
        self.fields["answer"].widget.attrs["class"] = ""
