# The same questions asked in R, as a statistician would of an export: response by RECIST 1.0, its confirmation after 28
# days, progression-free and overall survival, adverse events by term. Rscript same_questions.R FOLDER
# Reads people.csv, sizes.csv and events.csv of bench_beside_r.py. Base R and the package survival.
library(survival)
folder <- commandArgs(trailingOnly = TRUE)[1]
table_of <- function(name) read.csv(file.path(folder, name), stringsAsFactors = FALSE)
people <- table_of("people.csv"); sizes <- table_of("sizes.csv"); events <- table_of("events.csv")
for (name in c("registered_on", "died_on", "alive_on")) people[[name]] <- as.Date(people[[name]])
sizes$on <- as.Date(sizes$on)

# One row for each assessment: its sum, and whether a new lesion or a progressed one was seen.
scans <- aggregate(mm ~ id + assessment + on + new_lesion, sizes, sum)
scans <- scans[order(scans$id, scans$on), ]

course <- function(one) {
  least <- cummin(c(one$mm[1], one$mm))[seq_along(one$mm)]
  overall <- ifelse(one$new_lesion == "yes" | (one$mm >= 1.2 * least & one$mm > 0), "PD",
             ifelse(one$mm == 0, "CR", ifelse(one$mm <= 0.7 * one$mm[1], "PR", "SD")))
  overall[1] <- "baseline"
  ends <- match("PD", overall, nomatch = length(overall) + 1)
  good <- which(overall %in% c("CR", "PR") & seq_along(overall) < ends)
  is_confirmed <- vapply(good, function(first) {
    again <- good[good > first & one$on[good] - one$on[first] >= 28]
    length(again) > 0 && all(overall[first:again[1]] %in% c("CR", "PR"))
  }, logical(1))
  data.frame(id = one$id[1], response = any(is_confirmed), progressed_on = one$on[ends], last_scan_on = max(one$on))
}
courses <- do.call(rbind, lapply(split(scans, scans$id), course))
people <- merge(people, courses, by = "id", all.x = TRUE)

ends_on <- pmin(people$progressed_on, people$died_on, na.rm = TRUE)
followed_to <- pmax(people$last_scan_on, people$registered_on, na.rm = TRUE)
people$free <- as.numeric(ifelse(is.na(ends_on), followed_to, ends_on)) - as.numeric(people$registered_on)
people$alive <- as.numeric(ifelse(is.na(people$died_on), people$alive_on, people$died_on)) -
  as.numeric(people$registered_on)
free <- survfit(Surv(pmax(free, 0), !is.na(ends_on)) ~ group, people, conf.type = "log-log")
alive <- survfit(Surv(pmax(alive, 0), !is.na(died_on)) ~ group, people, conf.type = "log-log")
print(free)
print(alive)
for (group in sort(unique(people$group))) {
  own <- people[people$group == group, ]
  found <- binom.test(sum(own$response, na.rm = TRUE), nrow(own))
  cat(group, found$statistic, "of", found$parameter, "confirmed,", round(found$conf.int, 3), "\n")
}
worst <- aggregate(grade ~ id + term, events, max)
print(table(worst$term, worst$grade))
