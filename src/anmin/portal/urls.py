"""Addresses of the residents' pages, below /residents/."""

from django.urls import path

from anmin.portal.views import entrance, public

app_name = "residents"
urlpatterns = [
    path("", public.home, name="home"),
    path("can-we-apply/", public.can_we_apply, name="can_apply"),
    path("contacts/", public.ask_whom, name="contacts"),
    path("size/", public.size, name="size"),
    path("language/", entrance.language, name="language"),
    path("enter/", entrance.enter, name="enter"),
    path("enter/<slug:ticket>/", entrance.enter_code, name="enter_code"),
    path("leave/", entrance.leave, name="leave"),
]
