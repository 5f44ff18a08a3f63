"""Pages of results."""

from django.urls import path

from analysis.views import as_of, dashboard, protocol, settings, status
from analysis.views.files import all_figures, plot_downloads, registry, reports

app_name = "analysis"
urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/newest/", dashboard.newest, name="newest"),
    path("dashboard/panel/<str:letter>/", dashboard.panel, name="panel"),
    path("dashboard/newer/<str:letter>/", dashboard.newer, name="newer"),
    path("status/", status.status, name="status"),
    path("protocol/", protocol.protocol, name="protocol"),
    path("settings/", settings.settings, name="settings"),
    path("settings/<str:letter>/", settings.change, name="settings_change"),
    path("settings/proposals/<int:proposal_id>/", settings.proposal, name="settings_proposal"),
    path("moments/", as_of.choose, name="moments"),
    path("moments/cut/", as_of.cut, name="cut"),
    path("moments/compare/", as_of.compare, name="compare"),
    path("moments/compare.csv", as_of.compare_file, name="compare_file"),
    path("moments/report/", reports.ask, name="report_ask"),
    path("moments/report/<str:job_id>/<str:part>.<str:ending>", reports.fetch, name="report_file"),
    path("registry/", registry.registry, name="registry"),
    path("registry/results.<str:ending>", registry.registry_file, name="registry_file"),
    path("groups/<str:letter>/", dashboard.group, name="group"),
    path("groups/<str:letter>/plots/<str:plot>.<str:ending>", plot_downloads.plot_file, name="plot"),
    path("groups/<str:letter>/figures/", all_figures.ask, name="figures_ask"),
    path("groups/<str:letter>/figures/<str:job_id>/", all_figures.state, name="figures"),
    path("groups/<str:letter>/figures/<str:job_id>/file/", all_figures.fetch, name="figures_file"),
    path("groups/<str:letter>/participants/", dashboard.participants, name="participants"),
    path("groups/<str:letter>/participants/<str:what>.csv", plot_downloads.participants_file,
         name="participants_file"),
    path("groups/<str:letter>/behind/<path:figure>/", dashboard.behind, name="behind"),
]
