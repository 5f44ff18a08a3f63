"""The results section as the upload document of the registry (PRS), schema version of 2017-04-18. PURE.

Elements stand in the order of the schema. The upload is partial: it replaces the parts that it holds, and what nobody
can say from the record stays as it is there.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from trial.tabulation.registered import KNOWN_REASONS

RRS = "http://clinicaltrials.gov/rrs"
WORDS = {
    "MEDIAN": "Median", "NUMBER": "Number", "COUNT_OF_PARTICIPANTS": "Count of Participants",
    "FULL_RANGE": "Full Range", "PRIMARY": "Primary", "SECONDARY": "Secondary",
    "OTHER_PRE_SPECIFIED": "Other Pre-specified", "SYSTEMATIC_ASSESSMENT": "Systematic Assessment",
}  # fmt: skip
# Titles that the registry has for measures at baseline; others are measures of the study's own.
KNOWN = ("Age, Continuous", "Sex: Female, Male", "Race (NIH/OMB)", "Ethnicity (NIH/OMB)")
Answer = Mapping[str, Any]
Element = ET.Element


def document(section: Answer) -> bytes:
    """The XML of a results section."""
    ET.register_namespace("rrs", RRS)
    root = Element(f"{{{RRS}}}result", {"partialUpload": "true"})
    _baseline(root, section["baselineCharacteristicsModule"])
    measures = ET.SubElement(root, "outcomeMeasures")
    for place, one in enumerate(section["outcomeMeasuresModule"]["outcomeMeasures"], start=1):
        _outcome(measures, one, f"O{place}.")
    _flow(root, section["participantFlowModule"])
    _events(root, section["adverseEventsModule"])
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _texts(parent: Element, **texts: Any) -> None:
    """A child for each of these that there is, in this order."""
    for name, value in texts.items():
        if value not in (None, ""):
            ET.SubElement(parent, name).text = WORDS.get(str(value), str(value))


def _baseline(root: Element, module: Answer) -> None:
    made = ET.SubElement(root, "baseline")
    measures, groups = ET.SubElement(made, "baselineMeasures"), ET.SubElement(made, "baselineReportingGroups")
    for one in module["measures"]:
        measure = ET.SubElement(measures, "baselineMeasure")
        is_known = one["title"] in KNOWN
        _measure(measure, one, "Study-Specific Measure" if not is_known else one["title"])
        _texts(measure, otherTitle=None if is_known else one["title"])
    *arms, total = module["groups"]
    for each in arms:
        _group(ET.SubElement(groups, "baselineReportingGroup"), each, module)
    _group(ET.SubElement(made, "totalBaselineReportingGroup"), total, module)


def _group(made: Element, group: Answer, module: Answer, before: str = "") -> None:
    made.set("id", before + group["id"])
    counts = {one["groupId"]: one["value"] for one in module["denoms"][0]["counts"]}
    _texts(made, description=group["description"], subjectsAnalyzed=counts[group["id"]], title=group["title"])


def _measure(made: Element, one: Answer, title: str, before: str = "") -> None:
    """What measures at baseline and outcomes share."""
    _texts(made, dispersionType=one.get("dispersionType"))
    row = ET.SubElement(ET.SubElement(made, "measureRows"), "measureRow")
    values = ET.SubElement(row, "reportedValues")
    categories = one["classes"][0]["categories"]
    for group in [each["groupId"] for each in categories[0]["measurements"]]:
        value = ET.SubElement(values, "reportedValue")
        _texts(value, reportingGroupId=before + group)
        entries = ET.SubElement(value, "reportedEntries")
        for category in categories:
            found = next(each for each in category["measurements"] if each["groupId"] == group)
            comment = found.get("comment") if "NA" in map(found.get, ("value", "lowerLimit", "upperLimit")) else None
            _texts(ET.SubElement(entries, "reportedEntry"), catName=category.get("title"),
                   dispersionLowerLimit=found.get("lowerLimit"), dispersionUpperLimit=found.get("upperLimit"),
                   naComment=comment, parameterValue=found["value"])  # fmt: skip
    _texts(made, measureDescription=one.get("description"), parameterType=one["paramType"],
           populationAnalysisDescription=one.get("populationDescription"), timeFrame=one.get("timeFrame"), title=title,
           unitOfMeasure=one["unitOfMeasure"])  # fmt: skip


def _outcome(parent: Element, one: Answer, before: str) -> None:
    """Identifiers are unique in the whole document, so that groups are named anew for each outcome."""
    made = ET.SubElement(parent, "outcomeMeasure")
    _measure(made, one, one["title"], before)
    _texts(made, measureType=one["type"])
    ET.SubElement(made, "outcomeMeasureAnalyses")
    groups = ET.SubElement(made, "outcomeReportingGroups")
    for each in one["groups"]:
        _group(ET.SubElement(groups, "outcomeReportingGroup"), each, one, before)


def _flow(root: Element, module: Answer) -> None:
    made = ET.SubElement(root, "participantFlow")
    groups, periods = ET.SubElement(made, "participantFlowGroups"), ET.SubElement(made, "periods")
    for each in module["groups"]:
        group = ET.SubElement(groups, "flowGroup", {"id": each["id"]})
        _texts(group, description=each["description"], title=each["title"])
    for one in module["periods"]:
        period, of = ET.SubElement(periods, "period"), {each["type"]: each for each in one["milestones"]}
        _milestone(ET.SubElement(period, "completedMilestone"), of["COMPLETED"])
        reasons = ET.SubElement(period, "dropWithdrawReasons")
        for each in one["dropWithdraws"]:
            reason = ET.SubElement(reasons, "dropWithdrawReason")
            details = ET.SubElement(reason, "dropWithdrawReasonDetails")
            for count in each["reasons"]:
                _texts(ET.SubElement(details, "reasonDetail"), reportingGroupId=count["groupId"],
                       subjectsAffected=count["numSubjects"])  # fmt: skip
            is_known = each["type"] in KNOWN_REASONS
            _texts(reason, otherReasonName=None if is_known else each["type"],
                   reasonType=each["type"] if is_known else "Other")  # fmt: skip
        ET.SubElement(period, "milestones")
        _milestone(ET.SubElement(period, "startedMilestone"), of["STARTED"])
        _texts(period, title=one["title"])
    _texts(made, preAssignmentDescription=module["preAssignmentDetails"])


def _milestone(made: Element, one: Answer) -> None:
    _texts(made, comment=one.get("comment"))
    achieved = ET.SubElement(made, "milestoneAchievements")
    for count in one["achievements"]:
        _texts(ET.SubElement(achieved, "milestoneAchievement"), reportingGroupId=count["groupId"],
               subjectsAchieve=count["numSubjects"])  # fmt: skip


def _events(root: Element, module: Answer) -> None:
    made = ET.SubElement(root, "reportedEvents")
    _texts(made, frequencyReportingThreshold=module["frequencyThreshold"])
    _of_kind(made, "frequent", module["otherEvents"])
    groups = ET.SubElement(made, "interventionGroups")
    for each in module["eventGroups"]:
        _texts(ET.SubElement(groups, "interventionGroup", {"id": each["id"]}), description=each["description"],
               numDeaths=each["deathsNumAffected"], numSubjectsFrequentEvents=each["otherNumAffected"],
               numSubjectsSeriousEvents=each["seriousNumAffected"], partAtRiskAllCauseMort=each["deathsNumAtRisk"],
               partAtRiskFrequentEvents=each["otherNumAtRisk"], partAtRiskSeriousEvents=each["seriousNumAtRisk"],
               title=each["title"])  # fmt: skip
    _texts(made, notes=module["description"])
    _of_kind(made, "serious", module["seriousEvents"])
    _texts(made, timeFrame=module["timeFrame"])


def _of_kind(parent: Element, kind: str, events: list[Answer]) -> None:
    made = ET.SubElement(parent, f"{kind}AdverseEvents")
    for one in events:
        event = ET.SubElement(made, f"{kind}Event")
        stats = ET.SubElement(event, "adverseEventStats")
        for each in one["stats"]:
            _texts(ET.SubElement(stats, "eventStats"), reportingGroupId=each["groupId"], numEvents=each["numEvents"],
                   numSubjectsAffected=each["numAffected"], numSubjects=each["numAtRisk"])  # fmt: skip
        _texts(event, assessmentType=one["assessmentType"], organSystemName=one["organSystem"],
               sourceVocabulary=one["sourceVocabulary"], term=one["term"])  # fmt: skip
