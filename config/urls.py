"""The addresses of an installation."""

from allauth.account.views import reauthenticate
from django.urls import include, path
from django.views.generic import RedirectView

from anmin.api.partners import api as partners_api
from anmin.api.registry import api as registry_api
from anmin.console.views import single_sign_on

urlpatterns = [
    path("", include("anmin.console.urls")),
    path("elderly/", include("anmin.domains.elderly.urls")),
    path("residents/", include("anmin.portal.urls")),
    path("field/", include("anmin.field.urls")),
    path("api/v1/", partners_api.urls),
    path("spdci/social/", registry_api.urls),
    path(
        "account/login/",
        RedirectView.as_view(pattern_name="console:login", query_string=True),
        name="account_login",
    ),
    path("account/logout/", RedirectView.as_view(pattern_name="console:login"), name="account_logout"),
    path("account/reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("account/factors/", include("config.urls_factors")),
    path("account/sso/oidc/<slug:provider_id>/login/", single_sign_on.start, name="openid_connect_login"),
    path(
        "account/sso/oidc/<slug:provider_id>/login/callback/",
        single_sign_on.come_back,
        name="openid_connect_callback",
    ),
    path(
        "account/sso/cancelled/",
        RedirectView.as_view(url="/login/?why=cancelled"),
        name="socialaccount_login_cancelled",
    ),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
