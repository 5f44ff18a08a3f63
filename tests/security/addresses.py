"""Every URL of the product, from its resolver, with the keys of the cast filled in."""

from django.urls import URLPattern, URLResolver, get_resolver

from capture.conduct import redactions
from tests.blacked import NAME, typed
from tests.cast import Cast
from trial.models import Role
from trial.record import changes, system_queries
from trial.record.save import Save


def _patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            found += _patterns(each, prefix + str(each.pattern))
        else:
            found.append((prefix + str(each.pattern), each))
    return found


def every_url() -> list[tuple[str, URLPattern]]:
    """(route, pattern) of every URL but those of the static files, and those that programs call with a token."""
    return [(route, each) for route, each in _every() if getattr(each.callback, "rule", "") != "token"]


def every_call() -> list[tuple[str, URLPattern]]:
    """(route, pattern) of every URL that programs call with a token."""
    return [(route, each) for route, each in _every() if getattr(each.callback, "rule", "") == "token"]


def _every() -> list[tuple[str, URLPattern]]:
    return [(route, each) for route, each in _patterns(get_resolver()) if not route.startswith("static/")]


def address_of(route: str, cast: Cast) -> str:
    """The address of a route for the participant of the cast."""
    assessment = cast.participant.assessments.first()
    values = {
        "<str:reference>": cast.participant.reference,
        "<int:number>": "1",
        "<int:assessment_id>": str(assessment.pk if assessment else 1),
        "<int:waiver_id>": str(cast.waiver.pk),
        "<str:kind>": "registration",
        "<int:row_id>": "1",
        "<str:form>": "deviation",
        "<int:lesion_id>": "1",
        "<int:laboratory_id>": "1",
        "<int:reopening_id>": "1",
        "<int:hold_id>": "1",
        "<int:proposal_id>": "1",
        "<int:passkey_id>": "1",
        "<int:change_number>": str(_change_of(cast)),
        "<int:query_id>": str(_query_of(cast)),
        "<str:letter>": "A",
        "<str:figure>": "responders",
        "<str:files>": "csv",
        "<int:person_id>": str(cast.elsewhere[Role.INVESTIGATOR].pk),  # whose account is closed by what is tried on it
        "<slug:act_name>": "deactivate",
        "<int:delegation_id>": "1",
        "<int:training_id>": "1",
        "<int:token_id>": "1",
        "<int:problem_id>": "1",
        "<int:redaction_id>": str(_black_out_of(cast)),
        "<int:version_id>": "1",
        "<slug:field>": "description",
        "<int:site_id>": str(cast.north.pk),
        "<int:kept_id>": "1",
        "<slug:archive_id>": "0123456789abcdef",
        "<slug:job_id>": "0123456789abcdef",
        "<str:plot>": "spider",
        "<str:ending>": "svg",
    }
    for token, value in values.items():
        route = route.replace(token, value)
    return "/" + route


def _change_of(cast: Cast) -> int:
    """A Change about the participant of the cast."""
    return int(cast.participant.changes.values_list("id", flat=True)[0])


def _black_out_of(cast: Cast) -> int:
    """A black-out asked for in the record of the participant of the cast."""
    found = cast.participant.redactions.first()
    if found is None:
        change, version, _ = typed(cast.participant, cast.people[Role.COORDINATOR])
        source = redactions.Source(change, version, "description")
        found = redactions.ask(Save(cast.people[Role.COORDINATOR]), cast.participant, source, NAME, "a name was typed")
    return found.pk


def _query_of(cast: Cast) -> int:
    """A query about the participant of the cast."""
    found = cast.participant.queries.first()
    if found is None:
        with changes.record(None, "query", participant=cast.participant) as change:
            found = system_queries.open_one(
                cast.participant, system_queries.Finding("", "registration", None, "", ""), "Please look.", change.at
            )
    return found.pk
