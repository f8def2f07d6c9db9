"""One's own password (修改密码)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from anmin.kernel.access.login.actions import change_own_password, note_refusal
from anmin.kernel.access.login.passwords import must_change, rules_in_words
from anmin.kernel.access.login.problems import LoginProblem


class PasswordForm(forms.Form):
    """The old password and twice the new one."""

    old = forms.CharField(label=_("原密码"), widget=forms.PasswordInput({"autocomplete": "current-password"}))
    new = forms.CharField(label=_("新密码"), widget=forms.PasswordInput({"autocomplete": "new-password"}))
    again = forms.CharField(
        label=_("再输一遍新密码"), widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = lazystr(rules_in_words())
        for name, missing in (
            ("old", _("请填写原密码。")),
            ("new", _("请填写新密码。")),
            ("again", _("请再输一遍新密码。")),
        ):
            self.fields[name].widget.attrs["class"] = "form-control"
            self.fields[name].error_messages["required"] = missing

    def clean_again(self) -> str:
        """The same twice."""
        if self.cleaned_data.get("new") != self.cleaned_data["again"]:
            raise forms.ValidationError(_("两次输入的新密码不一样。"))
        return str(self.cleaned_data["again"])


@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; where one is logged in elsewhere, that ends."""
    user: Any = request.user
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            change_own_password(
                by=user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                keep=request.session.session_key or "",
            )
        except LoginProblem as trouble:
            note_refusal(by=user, act="access.change_password", subject=user, reason=str(trouble))
            form.add_error("old", str(trouble))
        except ValidationError as trouble:
            form.add_error("new", trouble)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, _("密码已修改，别处的登录都已退出。"))
            return HttpResponseRedirect(reverse("console:city"))
    context = {"form": form, "must": must_change(user), "is_given": user.must_change_password}
    return render(request, "console/password.html", context)
