"""The page “My work”: one queue in order of harm, acted on in place, and beside it what comes and what was left."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from capture.casebook.forms.reasons import NotAnEventForm
from capture.grading import episodes
from capture.participants.work import aside
from capture.participants.work.tasks import Task, Work, work_of
from trial.record import access, site_clock

# The page is one screen of 1440 × 900: so many tasks and values of grade 3 and more, of each kind of task at least so
# many, so many values, days ahead and forms that were left.
MOST_NOW, OF_EACH_KIND, MOST_GRAVE, MOST_AHEAD, MOST_LEFT = 11, 2, 4, 8, 4
TO_JUDGE = "judge"


@dataclass(frozen=True)
class Queue:
    """The tasks that are shown, and of each kind how many more there are."""

    tasks: tuple[Task, ...]
    more: tuple[tuple[Work, int], ...] = ()


def queue(work: Sequence[Work], most: int) -> Queue:
    """The first of each kind, and further ones in order of harm up to so many in all."""
    room = max(0, most - sum(min(OF_EACH_KIND, len(each.tasks)) for each in work))
    tasks: list[Task] = []
    more = []
    for each in work:
        further = min(room, max(0, len(each.tasks) - OF_EACH_KIND))
        room -= further
        shown = each.tasks[: OF_EACH_KIND + further]
        tasks += shown
        more += [(each, each.total - len(shown))] if each.total > len(shown) else []
    return Queue(tuple(tasks), tuple(more))


@access.allows(*access.READS_RECORD)
def work(request: HttpRequest) -> HttpResponse:
    """What waits for the person; `show`: the code of one kind of task, of which all are then listed."""
    person, today, show = request.user, site_clock.today_by_site(), request.GET.get("show", "")
    participants = list(access.counted(access.participants_for(person)).order_by("number", "screening_number"))
    kinds = work_of(person, participants, today)
    chosen = [each for each in kinds if each.code == show]
    may_enter = access.may_enter(person)
    to_judge = episodes.open_episodes(participants) if may_enter else []
    grades = [] if chosen else episodes.by_grade(to_judge, None if show == TO_JUDGE else MOST_GRAVE)
    open_lines = sum(len(each.episodes) + 1 for each in grades if each.is_open)
    shown = {
        "kinds": kinds, "show": show, "chosen": chosen[0] if chosen else None, "may_enter": may_enter,
        "queue": Queue(chosen[0].tasks) if chosen else queue(kinds, MOST_NOW - open_lines),
        "to_judge": sum(each.is_worse for each in to_judge), "only_judge": show == TO_JUDGE,
        "grades": grades,
        "judge_form": NotAnEventForm(auto_id="judge-%s"), "back": "work",
    }  # fmt: skip
    if may_enter:
        coming = aside.ahead(participants, today)
        shown |= {"ahead": coming[:MOST_AHEAD], "further": len(coming) - MOST_AHEAD,
                  "left": aside.half_typed(person)[:MOST_LEFT],
                  "saves": aside.last_saves(person, participants)}  # fmt: skip
    return render(request, "capture/participants/work.html", shown)
