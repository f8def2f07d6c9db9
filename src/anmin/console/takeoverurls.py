"""The addresses of taking running benefits over: the lists, one list, its rejected rows and template, its steps."""

from __future__ import annotations

from django.urls import path

from anmin.console.views import takeovers

patterns = [
    path("takeovers/", takeovers.takeover_list, name="takeovers"),
    path("takeovers/template/", takeovers.takeover_template, name="takeover_template"),
    path("takeovers/<int:pk>/", takeovers.takeover, name="takeover"),
    path("takeovers/<int:pk>/step/", takeovers.takeover_step, name="takeover_step"),
    path("takeovers/<int:pk>/rejected/", takeovers.takeover_rejected, name="takeover_rejected"),
]
