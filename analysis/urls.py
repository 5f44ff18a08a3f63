"""Pages of results."""

from django.urls import path

from analysis.views import dashboard, group, moments, plots, protocol, settings, status

app_name = "analysis"
urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/panel/<str:letter>/", dashboard.panel, name="panel"),
    path("status/", status.status, name="status"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("settings/", settings.settings, name="settings"),
    path("settings/<str:letter>/", settings.change, name="settings_change"),
    path("moments/", moments.choose, name="moments"),
    path("moments/cut/", moments.cut, name="cut"),
    path("moments/compare/", moments.compare, name="compare"),
    path("groups/<str:letter>/", group.group, name="group"),
    path("groups/<str:letter>/plots/<str:plot>.<str:ending>", plots.plot_file, name="plot"),
    path("groups/<str:letter>/behind/<str:figure>/", group.behind, name="behind"),
]
