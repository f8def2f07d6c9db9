"""The addresses of the kit: registers and indicators by line of business and name."""

from __future__ import annotations

from django.urls import path

from anmin.console.views import indicators, registerfiles, registerpapers, registers, serviceorders

patterns = [
    path("orders/", serviceorders.order_list, name="orders"),
    path("registers/", registers.register_index, name="registers"),
    path("registers/<slug:line>/<slug:name>/", registers.register_list, name="register"),
    path("registers/<slug:line>/<slug:name>/new/", registers.register_new, name="register_new"),
    path("registers/<slug:line>/<slug:name>/file/", registerfiles.register_file, name="register_file"),
    path("registers/<slug:line>/<slug:name>/map/", registerfiles.register_map, name="register_map"),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/sheet/",
        registerfiles.register_sheet,
        name="register_sheet",
    ),
    path("registers/<slug:line>/<slug:name>/in/", registerfiles.register_in, name="register_in"),
    path(
        "registers/<slug:line>/<slug:name>/in/template/",
        registerfiles.register_template,
        name="register_template",
    ),
    path(
        "registers/<slug:line>/<slug:name>/in/<int:pk>/",
        registerfiles.register_intake,
        name="register_intake",
    ),
    path(
        "registers/<slug:line>/<slug:name>/in/<int:pk>/rejected/",
        registerfiles.register_rejected,
        name="register_rejected",
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/", registers.register_entry, name="register_entry"
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/correct/",
        registers.register_correct,
        name="register_correct",
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/change/",
        registers.register_change,
        name="register_change",
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/end/", registers.register_end, name="register_end"
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/step/",
        registers.register_step,
        name="register_step",
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/papers/",
        registerpapers.register_paper_new,
        name="register_paper_new",
    ),
    path(
        "registers/<slug:line>/<slug:name>/of/<str:number>/papers/<str:code>/",
        registerpapers.register_paper,
        name="register_paper",
    ),
    path("indicators/<slug:line>/<slug:name>/", indicators.indicator_page, name="indicator"),
    path("indicators/<slug:line>/<slug:name>/list/", indicators.indicator_list, name="indicator_list"),
]
