"""The plan of source verification: which forms are compared with the source, and which of their fields are critical.

Critical are the fields that decide eligibility, an endpoint or the safety of a participant. A form with an empty list
is verified as a whole only. Adding a field: one word here.
"""

PLAN: dict[str, tuple[str, ...]] = {
    "registration": ("consented_on", "registered_on", "tumour_type", "histology"),
    "baseline": ("assessed_on",),
    "follow_up_scan": ("assessed_on", "new_lesions"),
    "cycle": ("started_on",),
    "visit": (),
    "adverse_event": ("term", "grade", "attribution", "onset_on", "seriousness"),
    "hormone": ("value",),
    "off_treatment": ("off_on", "reason"),
    "follow_up": ("alive", "progression"),
    "death": ("died_on", "cause"),
    "withdrawal": ("withdrew_on", "scope"),
    "off_study": ("off_on",),
}
