"""The addresses of elder care's own pages."""

from django.urls import path

from anmin.domains.elderly.pages import assessing, care, city, dining

app_name = "elderly"

urlpatterns = [
    path("", care.overview, name="overview"),
    path("reach/", care.reach_page, name="reach"),
    path("city/", city.city_page, name="city"),
    path("people/<int:pk>/", care.person_care, name="person"),
    path("people/<int:pk>/assess/", assessing.assess_page, name="assess"),
    path("meals/", dining.serve_page, name="serve"),
    path("meals/<str:number>/settle/", dining.settle_page, name="settle"),
]
