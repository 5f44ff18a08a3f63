# Writes the observations and what R's survfit makes of them, for test_survival_equals_r.py:
#   survfit_observations.csv  stratum, days, event (1 or 0)
#   survfit_values.csv        stratum, quantity, at, value, lower, upper; empty where R says NA
# Run from this folder:  Rscript survfit_values.R        (written by R 4.2.2 with survival 3.5-3)
# Quantities: n, events, quantile (at = share), rate (at = months of 30.4375 days; past the last observation the last
# value, as summary(extend = TRUE) gives it), at_risk (at = months), follow_up (reverse Kaplan-Meier median), and
# curve (at = day) with left (at = day; value at risk, lower events, upper censored).
suppressMessages(library(survival))
options(digits = 15)

strata <- list()
add <- function(name, days, event) {
  keep <- !is.na(days) & !is.na(event)
  strata[[name]] <<- data.frame(days = as.integer(days[keep]), event = as.integer(event[keep]))
}
split_by <- function(name, days, event, by) {
  for (level in sort(unique(by[!is.na(by)]))) {
    add(paste(name, level), days[which(by == level)], event[which(by == level)])
  }
}

# Edges, each named for what it shows.
add("flat at one half, then an event", c(2, 4, 5, 6, 7, 9), c(1, 1, 1, 0, 0, 1))
add("flat at one half to the end", c(1, 2, 3, 7, 7, 7), c(1, 1, 1, 0, 0, 0))
add("flat at one half to an end that comes later", c(10, 20, 30, 40), c(1, 1, 0, 0))
add("flat at one quarter and three quarters", c(8, 16, 24, 32), c(1, 1, 1, 1))
add("flat at three quarters to the end", c(8, 16, 24, 32), c(1, 0, 0, 0))
add("everyone an event", c(1, 2, 3, 4), c(1, 1, 1, 1))
add("everyone an event on one day", c(50, 50, 50, 50, 50), rep(1, 5))
add("the last one an event", c(100, 200, 300, 400, 500), c(0, 1, 0, 1, 1))
add("nobody an event", c(100, 250, 250, 800), rep(0, 4))
add("everyone censored on day 0", c(0, 0, 0), rep(0, 3))
add("one participant with an event", 200, 1)
add("one participant censored", 200, 0)
add("one participant with an event on day 0", 0, 1)
add("one participant censored on day 0", 0, 0)
add("two participants, both events", c(100, 200), c(1, 1))
add("two participants, event then censored", c(100, 200), c(1, 0))
add("two participants, censored then event", c(100, 200), c(0, 1))
add("event and censoring on one day", c(7, 7, 7, 7, 7, 7), c(1, 1, 1, 0, 0, 0))
add("event and censoring on several days", c(5, 5, 5, 8, 8, 12, 12, 12, 15, 21, 21, 30), c(1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0))
add("events on day 0", c(0, 0, 10, 20, 35, 50, 61), c(1, 0, 1, 1, 0, 1, 0))
add("half on day 0", c(0, 0, 400, 800), c(1, 1, 0, 0))
add("events around 12 and 24 months", c(360, 365, 366, 730, 731), c(1, 1, 1, 1, 0))
add("follow-up ends before 6 months", c(20, 60, 90, 100, 110, 120), c(1, 0, 1, 0, 1, 0))
add("follow-up ends on the last rate", c(100, 300, 500, 730, 731), c(1, 0, 1, 0, 0))
add("median not reached", c(30, 60, 90, 120, 150, 180, 210, 240), c(1, 0, 0, 1, 0, 0, 0, 0))
add("upper limit open", c(56, 57, 84, 112, 113, 168, 170, 224, 280, 336), c(1, 1, 0, 1, 1, 1, 0, 1, 0, 0))
add("thirds", c(30, 60, 90, 120, 150, 180), c(1, 1, 1, 1, 0, 1))
add("a long tail", c(rep(28, 10), 3000), c(rep(1, 9), 0, 0))

# Even and small: where products of fractions meet one half, with and without float noise.
set.seed(2006)
for (n in c(2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 28, 34, 40, 50)) {
  add(paste("uncensored, n =", n), sample(1:800, n), rep(1, n))
  add(paste("a third censored, n =", n), sample(1:800, n, replace = TRUE), rbinom(n, 1, 2 / 3))
}

# Public data that R ships.
split_by("lung, sex", lung$time, lung$status == 2, lung$sex)
split_by("lung, ECOG", lung$time, lung$status == 2, lung$ph.ecog)
split_by("veteran, treatment and cell type", veteran$time, veteran$status, paste(veteran$trt, veteran$celltype))
split_by("veteran, treatment", veteran$time, veteran$status, veteran$trt)
split_by("aml (weeks read as days)", aml$time, aml$status, as.character(aml$x))
split_by("ovarian, treatment", ovarian$futime, ovarian$fustat, ovarian$rx)
recurrence <- subset(colon, etype == 1)
split_by("colon recurrence", recurrence$time, recurrence$status, as.character(recurrence$rx))
split_by("mgus, sex", mgus$futime, mgus$death, as.character(mgus$sex))
split_by("kidney, disease", kidney$time, kidney$status, as.character(kidney$disease))

text <- function(x) ifelse(is.na(x), "", format(signif(as.numeric(x), 13), digits = 13, trim = TRUE, scientific = FALSE))
row <- function(name, quantity, at, value, lower = NA, upper = NA) {
  data.frame(stratum = name, quantity = quantity, at = sapply(at, text), value = sapply(value, text),
             lower = sapply(lower, text), upper = sapply(upper, text))
}
values_of <- function(name, seen) {
  fit <- survfit(Surv(days, event) ~ 1, data = seen, conf.type = "log-log")
  turned <- survfit(Surv(days, 1 - event) ~ 1, data = seen, conf.type = "log-log")
  shares <- c(0.25, 0.5, 0.75)
  found <- quantile(fit, shares)
  months <- c(6, 12, 18, 24)
  rates <- summary(fit, times = months * 30.4375, extend = TRUE)
  behind <- quantile(turned, 0.5)
  rbind(
    row(name, "n", NA, fit$n), row(name, "events", NA, sum(fit$n.event)),
    row(name, "quantile", shares, found$quantile, found$lower, found$upper),
    row(name, "rate", months, rates$surv, rates$lower, rates$upper),
    row(name, "at_risk", months, rates$n.risk),
    row(name, "follow_up", NA, behind$quantile, behind$lower, behind$upper),
    row(name, "curve", fit$time, fit$surv, fit$lower, fit$upper),
    row(name, "left", fit$time, fit$n.risk, fit$n.event, fit$n.censor)
  )
}
observations <- do.call(rbind, lapply(names(strata), function(name) cbind(stratum = name, strata[[name]])))
write.csv(observations, "survfit_observations.csv", row.names = FALSE, quote = 1)
values <- do.call(rbind, lapply(names(strata), function(name) values_of(name, strata[[name]])))
write.csv(values, "survfit_values.csv", row.names = FALSE, quote = 1)
cat(length(strata), "strata,", nrow(observations), "observations,", nrow(values), "values;", R.version.string,
    "survival", as.character(packageVersion("survival")), "\n")
