# Confirmed response, best response, OS, PFS, TTP and DOR by admiral and admiralonco, from transport files:
# FOLDER/sdtm and FOLDER/adam. Read are computed responses of visits (ADRS OVR), dates of ADSL (registration, last dose,
# new therapy, death), and SDTM; nothing that the program derived from them. Writes FOLDER/derived.csv.
# Needs: haven, dplyr, admiral (1.0), admiralonco (1.0).   Rscript derive_responses.R FOLDER
suppressMessages({ library(haven); library(dplyr); library(admiral); library(admiralonco); library(lubridate) })
folder <- commandArgs(TRUE)[1]
sdtm <- function(name) convert_blanks_to_na(read_xpt(file.path(folder, "sdtm", paste0(name, ".xpt"))))
# A permissible variable without data is in no file.
with_status <- function(rows, name) { if (!name %in% names(rows)) rows[[name]] <- NA_character_; rows }
adam <- function(name) convert_blanks_to_na(read_xpt(file.path(folder, "adam", paste0(name, ".xpt"))))
keys <- exprs(STUDYID, USUBJID)
day <- function(dtc) as.Date(ifelse(nchar(dtc) >= 10, substr(dtc, 1, 10), NA_character_))
earliest <- function(dtc) as.Date(ifelse(is.na(dtc), NA_character_,
  paste0(dtc, substr("0000-01-01", nchar(dtc) + 1, 10))))

adsl <- adam("adsl") %>% select(STUDYID, USUBJID, ENRLDT, TRTSDT, TRTEDT, NEWTXDT, DTHDT)
registered <- select(adsl, STUDYID, USUBJID, ENRLDT, TRTEDT, NEWTXDT)
rs <- sdtm("rs"); tr <- with_status(sdtm("tr"), "TRSTAT"); sv <- with_status(sdtm("sv"), "SVUPDES"); ss <- sdtm("ss")

# Overall responses: the computed one of each visit, and a progression that a follow-up contact reports.
of_visits <- adam("adrs") %>% filter(PARAMCD == "OVR") %>% select(STUDYID, USUBJID, ADT, AVALC)
contacts <- rs %>% filter(RSCAT == "PROTOCOL DEFINED RESPONSE CRITERIA", RSTESTCD == "OVRLRESP", !is.na(RSSTRESC)) %>%
  mutate(ADT = day(RSDTC)) %>% filter(!is.na(ADT)) %>% semi_join(registered, by = c("STUDYID", "USUBJID"))
reported <- contacts %>% filter(RSSTRESC == "PD") %>% transmute(STUDYID, USUBJID, ADT, AVALC = "PD")
worst <- function(code) match(code, c("CR", "PR", "SD", "NON-CR/NON-PD", "NE", "PD"))
responses <- bind_rows(of_visits, reported) %>%
  filter_extreme(by_vars = exprs(STUDYID, USUBJID, ADT), order = exprs(worst(AVALC)), mode = "last") %>%
  mutate(PARAMCD = "OVR")

# Response is looked for before new therapy; a progression of its very day is what the therapy follows.
for_response <- responses %>% inner_join(registered, by = c("STUDYID", "USUBJID")) %>%
  filter(is.na(NEWTXDT) | ADT < NEWTXDT | (AVALC == "PD" & ADT == NEWTXDT)) %>%
  mutate(FRAME = pmin(TRTEDT + 30, ENRLDT + 731))
progression <- date_source(dataset_name = "adrs", date = ADT, filter = PARAMCD == "OVR" & AVALC == "PD")
derived <- function(rows) {
  rows %>%
    derive_param_confirmed_resp(
      dataset_adsl = registered, filter_source = PARAMCD == "OVR", source_pd = progression,
      source_datasets = list(adrs = rows), ref_confirm = 28, max_nr_ne = 1, accept_sd = FALSE,
      set_values_to = exprs(PARAMCD = "CRSP")) %>%
    derive_param_confirmed_bor(
      dataset_adsl = registered, filter_source = PARAMCD == "OVR", source_pd = progression,
      source_datasets = list(adrs = rows), reference_date = ENRLDT, ref_start_window = 42, ref_confirm = 28,
      max_nr_ne = 1, accept_sd = FALSE, missing_as_ne = FALSE, set_values_to = exprs(PARAMCD = "CBOR")) %>%
    filter(PARAMCD %in% c("CRSP", "CBOR"))
}
whole <- derived(for_response)
in_frame <- derived(filter(for_response, ADT <= FRAME))

# Disease assessments: the last scan of each visit at which a lesion was evaluated, and contacts without progression.
# A lesion is not evaluated from its local treatment on, whatever its reading.
treated <- with_status(with_status(sdtm("pr"), "PRLNKID"), "PRSTDTC") %>% filter(!is.na(PRLNKID)) %>%
  transmute(STUDYID, USUBJID, TRLNKID = PRLNKID, FROM = day(PRSTDTC))
scans <- tr %>% filter(!is.na(TRLNKID), VISITNUM != 200) %>% mutate(ADT = day(TRDTC)) %>%
  left_join(treated, by = c("STUDYID", "USUBJID", "TRLNKID"))
assessed <- scans %>% group_by(STUDYID, USUBJID, VISITNUM) %>%
  summarise(SEEN = any(is.na(TRSTAT) & (is.na(FROM) | ADT < FROM)), ADT = max(ADT), .groups = "drop") %>%
  filter(SEEN) %>%
  bind_rows(contacts %>% filter(RSSTRESC == "NON-PD")) %>% select(STUDYID, USUBJID, ADT)

# Days known alive: contacts, doses, visits, samples, scans, onsets of adverse events, from registration on.
seen <- bind_rows(
  ss %>% filter(SSSTRESC == "ALIVE") %>% transmute(STUDYID, USUBJID, ADT = day(SSDTC)),
  sdtm("ex") %>% transmute(STUDYID, USUBJID, ADT = day(EXENDTC)),
  with_status(sdtm("lb"), "LBSTAT") %>% filter(is.na(LBSTAT), !is.na(LBORRES) | LBCAT != "TUMOR MARKER") %>%
    transmute(STUDYID, USUBJID, ADT = day(LBDTC)),
  sdtm("vs") %>% transmute(STUDYID, USUBJID, ADT = day(VSDTC)),
  # A contact is no day known alive by itself: where survival is unknown nobody was seen.
  sv %>% filter(VISITNUM != 1, VISITNUM < 400, !SVUPDES %in% "Contact outside the schedule") %>%
    transmute(STUDYID, USUBJID, ADT = day(SVSTDTC)),
  tr %>% filter(!is.na(TRLNKID)) %>% transmute(STUDYID, USUBJID, ADT = day(TRDTC)),
  sdtm("tu") %>% transmute(STUDYID, USUBJID, ADT = day(TUDTC)),
  contacts %>% select(STUDYID, USUBJID, ADT),
  sdtm("ae") %>% transmute(STUDYID, USUBJID, ADT = earliest(AESTDTC))
) %>% filter(!is.na(ADT)) %>% inner_join(registered, by = c("STUDYID", "USUBJID")) %>% filter(ADT >= ENRLDT)

event <- function(rows, name, what) event_source(dataset_name = rows, filter = !!what, date = ADT,
  set_values_to = exprs(EVNTDESC = !!name))
pd <- event_source(dataset_name = "responses", filter = AVALC == "PD", date = ADT,
  set_values_to = exprs(EVNTDESC = "progression"))
death <- event_source(dataset_name = "adsl", filter = !is.na(DTHDT), date = DTHDT,
  set_values_to = exprs(EVNTDESC = "death"))
last_assessment <- censor_source(dataset_name = "assessed", date = ADT, set_values_to = exprs(EVNTDESC = "assessment"))
last_seen <- censor_source(dataset_name = "seen", date = ADT, set_values_to = exprs(EVNTDESC = "alive"))
at_start <- censor_source(dataset_name = "adsl", date = ENRLDT, set_values_to = exprs(EVNTDESC = "registration"))
responders <- whole %>% filter(PARAMCD == "CRSP", AVALC == "Y") %>% select(STUDYID, USUBJID, BEGAN = ADT) %>%
  inner_join(adsl, by = c("STUDYID", "USUBJID")) %>% filter(BEGAN <= pmin(TRTEDT + 30, ENRLDT + 731))
at_response <- censor_source(dataset_name = "responders", date = BEGAN, set_values_to = exprs(EVNTDESC = "response"))
sources <- list(adsl = adsl, responses = responses, assessed = assessed, seen = seen, responders = responders)
time <- function(rows, code, people, start, events, censors) derive_param_tte(
  rows, dataset_adsl = people, start_date = !!start, event_conditions = events, censor_conditions = censors,
  source_datasets = sources, set_values_to = exprs(PARAMCD = !!code))
times <- time(NULL, "OS", adsl, expr(ENRLDT), list(death), list(last_seen, at_start)) %>%
  time("PFS", adsl, expr(ENRLDT), list(pd, death), list(last_assessment, at_start)) %>%
  time("TTP", adsl, expr(ENRLDT), list(pd), list(last_assessment, at_start))
if (nrow(responders)) {
  times <- time(times, "RSD", responders, expr(BEGAN), list(pd), list(last_assessment, at_response))
}
result <- bind_rows(mutate(whole, BY = "whole"), mutate(in_frame, BY = "in frame"), mutate(times, BY = "times")) %>%
  select(USUBJID, BY, PARAMCD, AVALC, ADT, STARTDT, CNSR)
write.csv(result, file.path(folder, "derived.csv"), row.names = FALSE, na = "")
cat("admiral", format(packageVersion("admiral")), "admiralonco", format(packageVersion("admiralonco")),
  nrow(adsl), "participants\n")
