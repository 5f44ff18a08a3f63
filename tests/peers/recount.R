# Figures and tables of a group's results, counted again from the exported files: FOLDER/adam/*.xpt, FOLDER/sdtm/*.xpt
# and FOLDER/csv/*.csv. Writes FOLDER/recount.csv: group, what, value. Who is in a population and how long a time is are
# read from ADaM (tests/peers/derive_responses.R derives responses and times anew); counts, shares, intervals and curves are
# made here. What is left out: tests/peers/peer_recount.py.
# Needs: haven, survival.   Rscript recount.R FOLDER
suppressMessages({ library(haven); library(survival) })
folder <- commandArgs(TRUE)[1]
from_adam <- function(name) {
  rows <- as.data.frame(read_xpt(file.path(folder, "adam", paste0(name, ".xpt"))))
  for (each in names(rows)) if (is.character(rows[[each]])) rows[[each]][rows[[each]] == ""] <- NA
  rows
}
from_csv <- function(name) {
  rows <- read.csv(file.path(folder, "csv", paste0(name, ".csv")), colClasses = "character", fileEncoding = "UTF-8-BOM")
  rows[rows$struck_out_reason == "", ]
}
out <- list()
say <- function(what, value) {
  value <- ifelse(is.na(value), "", ifelse(is.numeric(value), formatC(value, digits = 15, format = "g"), as.character(value)))
  out[[length(out) + 1]] <<- c(group, what, value)
}
exact <- function(x, n) c(if (n == 0) NA else if (x == 0) 0 else qbeta(.025, x, n - x + 1),
                          if (n == 0) NA else if (x == n) 1 else qbeta(.975, x + 1, n - x))
proportion <- function(what, x, n, limits = TRUE) {
  say(paste0(what, ".numerator"), x); say(paste0(what, ".denominator"), n)
  say(paste0(what, ".estimate"), if (n == 0) NA else x / n)
  if (limits) { say(paste0(what, ".lower"), exact(x, n)[1]); say(paste0(what, ".upper"), exact(x, n)[2]) }
}
counts <- function(what, values) {
  found <- table(values)
  for (place in seq_along(found)) say(paste0(what, ".", names(found)[place]), as.numeric(found[place]))
}
whole <- function(what, values) {
  values <- values[!is.na(values)]
  say(paste0(what, ".median"), if (length(values)) median(values) else NA)
  say(paste0(what, ".lowest"), if (length(values)) min(values) else NA)
  say(paste0(what, ".highest"), if (length(values)) max(values) else NA)
}
month <- 30.4375
all_sl <- from_adam("adsl"); all_rs <- from_adam("adrs"); all_tte <- from_adam("adtte"); all_ae <- from_adam("adae")
all_lb <- from_adam("adlb"); all_tr <- from_adam("adtr"); all_horm <- from_adam("adhorm")
events <- from_csv("adverse_event"); deviations <- from_csv("deviation"); deaths <- from_csv("death")
registration <- from_csv("registration"); cycles <- from_csv("cycles"); periods <- from_csv("dosing_periods")

curve <- function(code, days, event) {
  say(paste0(code, ".denominator"), length(days)); say(paste0(code, ".events"), sum(event))
  if (!length(days)) return(invisible())
  fit <- survfit(Surv(days, event) ~ 1, conf.type = "log-log")
  middle <- quantile(fit, .5)
  # No interval where the curve has reached 0 or never left 1, and none of a median that there is not.
  say(paste0(code, ".median"), middle$quantile[[1]])
  say(paste0(code, ".median_lower"), middle$lower[[1]])
  say(paste0(code, ".median_upper"), middle$upper[[1]])
  for (place in seq_along(fit$time)) {
    step <- paste0(code, ".day ", fit$time[place])
    say(paste0(step, ".at_risk"), fit$n.risk[place]); say(paste0(step, ".events"), fit$n.event[place])
    say(paste0(step, ".censored"), fit$n.censor[place]); say(paste0(step, ".survival"), fit$surv[place])
    inside <- fit$surv[place] > 0 && fit$surv[place] < 1
    say(paste0(step, ".lower"), if (inside) fit$lower[place] else NA)
    say(paste0(step, ".upper"), if (inside) fit$upper[place] else NA)
  }
  for (months in c(6, 12, 18, 24)) say(paste0(code, ".at ", months, " months at risk"), sum(days >= months * month))
}

for (group in unique(c("A", "B"))) {
  sl <- all_sl[all_sl$TUMGRP == group & all_sl$ENRLFL == "Y", ]
  of <- function(rows) rows[rows$USUBJID %in% sl$USUBJID, ]
  of_csv <- function(rows) rows[rows$study_number %in% sl$SUBJID, ]
  treated <- sl[sl$SAFFL == "Y", ]; evaluable <- sl[sl$RSPEVLFL == "Y", ]
  say("registered", nrow(sl)); say("eligible", sum(sl$ELIGFL == "Y")); say("treated", nrow(treated))
  say("evaluable", nrow(evaluable))

  # Response.
  rs <- of(all_rs); best <- rs[rs$PARAMCD == "CBOR" & rs$USUBJID %in% evaluable$USUBJID, ]
  responders <- evaluable[!is.na(evaluable$CONFRSDT), ]
  proportion("response", nrow(responders), nrow(evaluable), limits = FALSE)
  counts("best", best$AVALC)
  proportion("objective_response", sum(best$AVALC %in% c("CR", "PR")), nrow(evaluable))
  proportion("disease_control", sum(best$AVALC %in% c("CR", "PR", "SD")), nrow(evaluable))
  change <- of(all_tr); change <- change[change$PARAMCD == "BESTPCHG" & change$USUBJID %in% evaluable$USUBJID & !is.na(change$AVAL), ]
  say("waterfall.participants", nrow(change))
  for (place in seq_len(nrow(change))) say(paste0("waterfall.", sl$SUBJID[match(change$USUBJID[place], sl$USUBJID)]), change$AVAL[place])

  # Times to event: eligible participants; duration of response: confirmed responders among the evaluable.
  tte <- of(all_tte)
  for (code in c("OS", "PFS", "TTP")) {
    rows <- tte[tte$PARAMCD == code & tte$ELIGFL == "Y" & !is.na(tte$AVAL), ]
    curve(code, rows$AVAL, rows$CNSR == 0)
  }
  rows <- tte[tte$PARAMCD == "RSD" & tte$USUBJID %in% responders$USUBJID, ]
  curve("RSD", rows$AVAL, rows$CNSR == 0)
  say("RSD.simple median", if (nrow(rows)) median(rows$AVAL) / month else NA)

  # Who takes part.
  counts("accrual.month", format(sl$ENRLDT, "%Y-%m")); counts("accrual.site", sl$SITEID)
  counts("accrual.site month", paste(sl$SITEID, format(sl$ENRLDT, "%Y-%m")))
  say("flow.on treatment", sum(is.na(treated$DCTREAS)))
  off <- of_csv(from_csv("off_treatment")); reason <- off$reason[match(treated$SUBJID, off$study_number)]
  # Who died is off treatment, with or without a form that says so.
  reason[is.na(reason) & treated$SUBJID %in% deaths$study_number] <- "death"; counts("off", reason)
  whole("age", sl$AGE)
  row <- registration[match(sl$SUBJID, registration$study_number), ]
  for (name in c("sex", "race", "ethnicity", "ecog", "tumour_type")) counts(paste0("baseline.", name), row[[name]])

  # Safety.
  proportion("toxicity", length(unique(of(all_ae)$USUBJID[of(all_ae)$TOXCNT %in% "Y"])), nrow(treated))
  ae <- of(all_ae); ae <- ae[ae$TRTEMFL %in% "Y" & ae$USUBJID %in% treated$USUBJID, ]
  proportion("adverse_events", length(unique(ae$USUBJID)), nrow(treated))
  link <- match(sub("adverse_event/", "", ae$AEGRPID), events$entry)
  ae$term <- events$term[link]; ae$select <- events$select[link]
  among <- function(what, rows) {
    people <- function(which) length(unique(rows$USUBJID[which]))
    say(paste0(what, ".participants"), people(rep(TRUE, nrow(rows))))
    say(paste0(what, ".severe"), people(rows$ATOXGRN %in% 3:5)); say(paste0(what, ".related"), people(rows$AREL %in% "RELATED"))
  }
  keys <- paste(ae$term, ae$select)
  for (key in unique(keys)) among(paste0("term.", key), ae[keys == key, ])
  for (name in unique(ae$AEBODSYS)) among(paste0("category.", name), ae[ae$AEBODSYS == name, ])
  grades <- tapply(ae$ATOXGRN, ae$USUBJID, function(each) if (all(is.na(each))) NA else max(each, na.rm = TRUE))
  counts("worst grade", grades)
  say("serious.participants", length(unique(ae$USUBJID[ae$AESER == "Y"])))
  say("died", sum(sl$DTHFL %in% "Y")); counts("died of", of_csv(deaths)$cause)
  since <- as.numeric(sl$DTHDT - sl$TRTEDT); say("died within 30 days", sum(sl$DTHFL %in% "Y" & !is.na(since) & since <= 30))

  # Laboratory: last value up to the first dose, worst until 30 days after the last.
  lb <- of(all_lb); lb <- lb[lb$USUBJID %in% treated$USUBJID & !is.na(lb$AVALC), ]
  subject <- match(lb$USUBJID, treated$USUBJID); lb$first <- treated$TRTSDT[subject]; lb$last <- treated$TRTEDT[subject]
  graded <- function(rows, day) { rows <- rows[rows$ADT == day, ]; if (!nrow(rows)) "no value" else if (all(is.na(rows$ATOXGR))) "not graded" else as.character(max(as.numeric(rows$ATOXGR), na.rm = TRUE)) }
  shifts <- character()
  for (rows in split(lb, paste(lb$USUBJID, lb$PARAMCD))) {
    if (!nrow(rows)) next
    before <- rows[rows$ADT <= rows$first, ]; after <- rows[rows$ADT > rows$first & rows$ADT <= rows$last + 30, ]
    if (!nrow(before) && !nrow(after)) next
    baseline <- if (nrow(before)) graded(before, max(before$ADT)) else "no value"
    worst <- if (!nrow(after)) "no value" else if (all(is.na(after$ATOXGR))) "not graded" else as.character(max(as.numeric(after$ATOXGR), na.rm = TRUE))
    shifts <- c(shifts, paste(rows$PARAMCD[1], baseline, worst))
  }
  counts("shift", shifts)

  # Hormones: half of a raised baseline or within the limit, by values that count.
  horm <- of(all_horm)
  judged <- lapply(split(horm, paste(horm$USUBJID, horm$PARAMCD)), function(rows) {
    base <- rows[rows$ABLFL %in% "Y", ]
    if (nrow(base) != 1 || !(base$CRIT1FL %in% "N")) return(NULL)
    used <- rows[rows$ANL01FL %in% "Y", ]
    data.frame(who = rows$USUBJID[1], marker = rows$PARAMCD[1], improved = any(c(used$PCHG <= -50, used$CRIT1FL == "Y"), na.rm = TRUE))
  })
  judged <- do.call(rbind, judged)
  proportion("hormones", length(unique(judged$who[judged$improved])), length(unique(judged$who)))

  # Treatment and conduct.
  mine <- of_csv(cycles); mine <- mine[mine$study_number %in% treated$SUBJID, ]
  dosed <- of_csv(periods); dosed <- dosed[as.numeric(dosed$dose_mg) > 0, ]
  taken <- unique(dosed[c("study_number", "cycle")])
  whole("cycles", as.numeric(table(factor(taken$study_number, treated$SUBJID))))
  kinds <- of_csv(deviations); say("deviations", nrow(kinds)); say("deviations.participants", length(unique(kinds$study_number)))
  counts("deviation", kinds$kind)

  # Subgroups: the response rate among the evaluable.
  row <- registration[match(evaluable$SUBJID, registration$study_number), ]
  for (sex in unique(row$sex)) proportion(paste0("subgroup.", sex), sum(!is.na(evaluable$CONFRSDT[row$sex == sex])), sum(row$sex == sex))
}
made <- as.data.frame(do.call(rbind, out)); names(made) <- c("group", "what", "value")
write.csv(made, file.path(folder, "recount.csv"), row.names = FALSE)
