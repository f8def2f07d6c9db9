"""Addresses of the worker's phone, below /field/."""

from django.urls import path

from anmin.field.views import applying, homes, offline, orders, plans, reports, sending, signing, today

app_name = "field"
HOME = "homes/<str:number>/"
urlpatterns = [
    path("", today.today, name="today"),
    path("homes/", homes.find, name="homes"),
    path(HOME, homes.home, name="home"),
    path(f"{HOME}visit/<slug:key>/", homes.visit, name="visit"),
    path(f"{HOME}settle/", homes.settle, name="settle"),
    path(f"{HOME}apply/", applying.apply, name="apply"),
    path(f"{HOME}order/", orders.order_new, name="order_new"),
    path(f"{HOME}plan/", plans.plan, name="plan"),
    path("cases/<str:number>/sign/", signing.sign, name="sign"),
    path("plans/<int:pk>/", plans.change, name="plan_change"),
    path("visits/<str:number>/", homes.visit_record, name="visit_record"),
    path("photos/<int:pk>.jpg", homes.photo, name="photo"),
    path("send/", sending.send, name="send"),
    path("send/photo/<str:key>/", sending.send_photo, name="send_photo"),
    path("outbox/", offline.outbox, name="outbox"),
    path("offline/", offline.shell, name="offline"),
    path("sw.js", offline.worker, name="worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("size/", offline.size, name="size"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("reports/", reports.reports, name="reports"),
    path("reports/monthly.xlsx", reports.monthly_file, name="monthly_file"),
    path("reports/monthly/", reports.monthly, name="monthly"),
    path("photo-rules/", plans.photo_rules, name="photo_rules"),
]
