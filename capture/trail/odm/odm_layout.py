"""Where elements, tables and rows stand in the audit trail as ODM; `verify_odm.py` beside it allows nothing else.

Only Python 3.9 or later is needed. A test compares the tables with the declarations of the product.
"""

ROW = "Version Table Row Act Edition Kept Withheld Change"
# Outside the definitions: element → (elements that may be around it, its attributes, those of our namespace).
WRITTEN = {
    "Study": ("ODM", "OID", ""), "AdminData": ("ODM", "StudyOID", ""),
    "User": ("AdminData", "OID UserType", ""), "LoginName": ("User", "", ""), "FullName": ("User", "", ""),
    "FirstName": ("User", "", ""), "LastName": ("User", "", ""),
    "Location": ("AdminData", "OID Name LocationType", ""),
    "MetaDataVersionRef": ("Location", "StudyOID MetaDataVersionOID EffectiveDate", ""),
    "SignatureDef": ("AdminData", "OID Methodology", ""), "Meaning": ("SignatureDef", "", ""),
    "LegalReason": ("SignatureDef", "", ""),
    "ReferenceData": ("ODM", "StudyOID MetaDataVersionOID", ""),
    "ClinicalData": ("ODM", "StudyOID MetaDataVersionOID", "Change PreviousSeal Seal SealKept Header HeaderCoded"),
    "SubjectData": ("ClinicalData", "SubjectKey", ""),
    "StudyEventData": ("SubjectData", "StudyEventOID StudyEventRepeatKey", ""),
    "FormData": ("StudyEventData", "FormOID", ""),
    "ItemGroupData": ("FormData ReferenceData", "ItemGroupOID ItemGroupRepeatKey TransactionType", ROW),
    "ItemData": ("ItemGroupData", "ItemOID Value IsNull", "Type"),
    "AuditRecord": ("ItemGroupData", "", ""), "UserRef": ("AuditRecord", "UserOID", ""),
    "LocationRef": ("AuditRecord", "LocationOID", ""), "DateTimeStamp": ("AuditRecord", "", ""),
    "ReasonForChange": ("AuditRecord", "", ""), "SourceID": ("AuditRecord", "", ""),
}  # fmt: skip
REPEATED = {"User", "Location", "ClinicalData", "SubjectData", "StudyEventData", "ItemGroupData", "ItemData"}
NEVER_EMPTY = {"SubjectData", "StudyEventData", "FormData", "AuditRecord"}
NAMES = {"LoginName", "FullName", "FirstName", "LastName"}
WITH_TEXT = {*NAMES, "Meaning", "LegalReason", "DateTimeStamp", "ReasonForChange", "SourceID"}
# Table → its column that leads to the row above, and the table of that; such rows stand in the event of that row.
ABOVE = {
    "eligibilityanswer": ("participant_id", "participant"), "waiver": ("participant_id", "participant"),
    "registrationfinding": ("participant_id", "participant"), "screenfailure": ("participant_id", "participant"),
    "sitetransfer": ("participant_id", "participant"), "lesionreading": ("assessment_id", "assessment"),
    "dosingperiod": ("cycle_id", "cycle"), "laboratoryresult": ("visit_id", "visit"),
    "querymessage": ("query_id", "query"),
}  # fmt: skip
# Table → the kind of its event where it is not called as the table; of an assessment by its own kind.
KINDS = {
    "participant": "registration", "bloodpressure": "blood_pressure", "adverseevent": "adverse_event",
    "hormonelevel": "hormone", "priortherapy": "prior_therapy", "medicalhistory": "history",
    "offtreatment": "off_treatment", "followup": "follow_up", "offstudy": "off_study",
    "assessment": {"baseline": "baseline", "follow_up": "follow_up_scan"},
}  # fmt: skip
