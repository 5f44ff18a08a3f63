"""Pages of results."""

from django.urls import path

from analysis.views import dashboard, group

app_name = "analysis"
urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/panel/<str:letter>/", dashboard.panel, name="panel"),
    path("groups/<str:letter>/", group.group, name="group"),
    path("groups/<str:letter>/behind/<str:figure>/", group.behind, name="behind"),
]
