"""The study by name, and the criteria of response that its protocol chooses. PURE."""

STUDY_NAME = "Sorafenib in progressive metastatic neuroendocrine tumors"
STUDY_SHORT_NAME = "Sorafenib NET phase II"
NUMBER_PREFIX = "NET"
# The criteria of response, chosen when the study is set up; `trial.rules.response.recist` knows RECIST 1.0 and 1.1.
CRITERIA = "RECIST 1.0"
