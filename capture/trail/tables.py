"""What each table under the spine is called where the trail is read, and whose history its rows belong to."""

# table → words
TITLES: dict[str, str] = {
    "trial_participant": "Screening and registration",
    "trial_eligibilityanswer": "Eligibility answer",
    "trial_waiver": "Waiver",
    "trial_registrationfinding": "Finding about a registration",
    "trial_cycle": "Cycle",
    "trial_dosingperiod": "Dosing period",
    "trial_assessment": "Tumour assessment",
    "trial_lesion": "Lesion",
    "trial_lesionreading": "Reading of a lesion",
    "trial_visit": "Visit at cycle start",
    "trial_laboratoryresult": "Laboratory result",
    "trial_bloodpressure": "Blood pressure",
    "trial_adverseevent": "Adverse event",
    "trial_hormonelevel": "Hormone level",
    "trial_medication": "Concomitant medication",
    "trial_medicalhistory": "Medical history",
    "trial_deviation": "Protocol deviation",
    "trial_notdone": "Not done",
    "trial_offtreatment": "Off treatment",
    "trial_followup": "Follow-up",
    "trial_death": "Death",
    "trial_withdrawal": "Withdrawal of consent",
    "trial_offstudy": "Off study",
    "trial_acknowledgement": "Reason for a soft check",
    "trial_query": "Query",
    "trial_querymessage": "Words of a query",
    "trial_sourceverification": "Source verification",
    "trial_hold": "Freeze or lock",
    "trial_signature": "Signature",
    "trial_auditreview": "Review of the trail",
    "trial_groupsettings": "Settings of a group",
    "trial_reopening": "Reopening of registration",
    "trial_datacut": "Data cut",
    "trial_site": "Site",
    "trial_delegation": "Delegation to sign",
    "trial_person": "Account",
}

# table → (kind in the address of an entry's history, column of the version that holds the entry's id)
HISTORY_OF: dict[str, tuple[str, str]] = {
    "trial_participant": ("registration", "id"),
    "trial_eligibilityanswer": ("registration", "participant_id"),
    "trial_waiver": ("waiver", "id"),
    "trial_registrationfinding": ("finding", "id"),
    "trial_cycle": ("cycle", "id"),
    "trial_dosingperiod": ("cycle", "cycle_id"),
    "trial_assessment": ("assessment", "id"),
    "trial_lesionreading": ("assessment", "assessment_id"),
    "trial_visit": ("visit", "id"),
    "trial_laboratoryresult": ("visit", "visit_id"),
    "trial_bloodpressure": ("blood_pressure", "id"),
    "trial_adverseevent": ("adverse_event", "id"),
    "trial_hormonelevel": ("hormone", "id"),
    "trial_medication": ("medication", "id"),
    "trial_medicalhistory": ("history", "id"),
    "trial_deviation": ("deviation", "id"),
    "trial_notdone": ("not_done", "id"),
    "trial_offtreatment": ("off_treatment", "id"),
    "trial_followup": ("follow_up", "id"),
    "trial_death": ("death", "id"),
    "trial_withdrawal": ("withdrawal", "id"),
    "trial_offstudy": ("off_study", "id"),
}


def title(table: str) -> str:
    """What the table is called; its own name for one that is not known here."""
    return TITLES.get(table, table)
