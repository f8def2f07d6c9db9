"""Where one is logged in (登录设备), and the end of the others."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.kernel.access.devices.actions import end_sessions
from anmin.kernel.access.devices.queries import devices


@login_required
def device_list(request: HttpRequest) -> HttpResponse:
    """The live sessions of the reader; one or all others are ended by a button."""
    user, this = request.user, request.session.session_key or ""
    if request.method == "POST":
        which = request.POST.get("device", "")
        only = int(which) if which.isdigit() and len(which) < 18 else None
        if which and only is None:
            return HttpResponseRedirect(reverse("console:devices"))
        count = end_sessions(by=user, user=user, reason="本人退出其他设备", keep=this, only=only)  # type: ignore[arg-type]
        messages.success(
            request, _("已退出 %(n)d 台设备。") % {"n": count} if count else _("没有要退出的设备。")
        )
        return HttpResponseRedirect(reverse("console:devices"))
    return render(request, "console/devices.html", {"devices": devices(user, this)})  # type: ignore[arg-type]
