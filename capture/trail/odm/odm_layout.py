"""Where elements stand in the audit trail as ODM; `verify_odm.py` beside it allows nothing else.

Only Python 3.9 or later is needed.
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
