"""Every address of the product."""

from django.urls import include, path

from trial import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("status/live", views.live, name="live"),
    path("", include("capture.urls")),
    path("", include("analysis.urls")),
]
