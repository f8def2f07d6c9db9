"""The addresses of the console."""

from django.urls import path
from django.views.i18n import set_language

from anmin.console.views import city, households, rules, runs, session, simulation, system

app_name = "console"

urlpatterns = [
    path("", city.city_page, name="city"),
    path("places/<str:code>/", city.city_page, name="place"),
    path("households/", households.household_list, name="households"),
    path("find/", households.find, name="find"),
    path("households/<str:number>/", households.household_page, name="household"),
    path("households/<str:number>/explain.json", households.explanation_json, name="explain"),
    path("households/<str:number>/print/", households.household_print, name="print"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/<str:name>/", rules.rule_page, name="rule"),
    path("rules/<str:name>/try/", rules.try_page, name="try"),
    path("rates/<str:name>/", rules.rate_page, name="rate"),
    path("simulation/", simulation.simulation_page, name="simulation"),
    path("simulation/scenario.toml", simulation.scenario_file, name="scenario"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/<int:number>/", runs.run_page, name="run"),
    path("system/", system.health_page, name="system"),
    path("system/jobs/", system.job_list, name="jobs"),
    path("system/jobs/<int:number>/retry/", system.job_retry, name="job_retry"),
    path("login/", session.Login.as_view(), name="login"),
    path("logout/", session.Logout.as_view(), name="logout"),
    path("display/", session.display, name="display"),
    path("language/", set_language, name="language"),
]
