"""The addresses of an installation."""

from django.urls import include, path

urlpatterns = [path("", include("anmin.console.urls"))]

handler400 = "anmin.console.views.errors.bad_request"
handler403 = "anmin.console.views.errors.forbidden"
handler404 = "anmin.console.views.errors.not_found"
handler500 = "anmin.console.views.errors.server_error"
