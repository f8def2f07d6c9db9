"""The first set-up (首次设置): three administrators, made once with a secret."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anmin.kernel.access.login.actions import note_refusal
from anmin.kernel.access.login.passwords import rules_in_words
from anmin.kernel.access.login.setup.actions import Newcomer, NewcomerProblem, finish_setup
from anmin.kernel.access.login.setup.queries import is_setup_open

PARTS = ("username", "display_name", "password")
THREE = (
    ("system", _("系统管理员"), _("管运行和备份，看不到业务数据。")),
    ("security", _("安全管理员"), _("管账号和授权，看不到业务数据。")),
    ("audit", _("审计管理员"), _("查看操作记录，不能改任何东西。")),
)
BY = "首次设置"


class SetupForm(forms.Form):
    """The set-up secret, the division, and three different people."""

    secret = forms.CharField(
        label=_("设置口令"),
        max_length=100,
        help_text=_("安装时在服务器上显示的一次性口令。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    division = forms.CharField(label=_("本单位辖区代码"), max_length=12, help_text=_("例如威海市 371000。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, role, does in THREE:
            self.fields[f"{key}_username"] = forms.CharField(
                label=format_lazy("{}：{}", role, _("用户名")),
                max_length=50,
                help_text=does,
                widget=forms.TextInput({"autocomplete": "off"}),
            )
            self.fields[f"{key}_display_name"] = forms.CharField(
                label=format_lazy("{}：{}", role, _("姓名")), max_length=100
            )
            self.fields[f"{key}_password"] = forms.CharField(
                label=format_lazy("{}：{}", role, _("密码")),
                strip=False,
                widget=forms.PasswordInput({"autocomplete": "new-password"}),
            )
        for one in self.fields.values():
            one.widget.attrs["class"] = "form-control"
            one.error_messages["required"] = _("请填写这一项。")

    def people(self) -> list[Newcomer]:
        """The three, in the order of their roles."""
        return [Newcomer(*(self.cleaned_data[f"{key}_{part}"] for part in PARTS)) for key, *_words in THREE]


def setup(request: HttpRequest) -> HttpResponse:
    """The first three administrators; the page is gone once there are accounts."""
    if not is_setup_open():
        raise Http404
    form = SetupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            finish_setup(
                by=BY,
                secret=form.cleaned_data["secret"],
                people=form.people(),
                division=form.cleaned_data["division"],
            )
        except NewcomerProblem as trouble:
            form.add_error(f"{THREE[trouble.place][0]}_{trouble.part}", trouble.words)  # type: ignore[arg-type]
        except ValueError as trouble:
            note_refusal(by=BY, act="access.setup.finish", subject="setup", reason=str(trouble))
            form.add_error(None, str(trouble))
        else:
            messages.success(request, _("三位管理员已建立。请分别登录，设置第二因素。"))
            return HttpResponseRedirect(reverse("console:login"))
    return render(request, "console/setup.html", {"form": form, "rules": rules_in_words()})
