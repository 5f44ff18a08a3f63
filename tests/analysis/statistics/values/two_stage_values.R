# Values for the tests of two-stage inference, by base R alone and by other routes than the program takes: binomial
# densities of the stages instead of path counts, uniroot instead of bisection, loops instead of vectors.
#
#   Rscript two_stage_values.R > two_stage_values.csv

stops <- function(plan) {
  # One row a stopping point; plan: data frame of n, futility, efficacy (NA: no bound); stage and order of each.
  rows <- NULL
  reach <- 0
  for (k in seq_len(nrow(plan))) {
    before <- if (k == 1) 0 else plan$n[k - 1]
    reach <- sort(unique(as.vector(outer(reach, 0:(plan$n[k] - before), "+"))))
    futile <- !is.na(plan$futility[k]) & reach <= plan$futility[k] & k < nrow(plan)
    promising <- !is.na(plan$efficacy[k]) & reach >= plan$efficacy[k] & k < nrow(plan)
    kind <- if (k == nrow(plan)) rep(1, length(reach)) else ifelse(futile, 0, ifelse(promising, 2, NA))
    rows <- rbind(rows, data.frame(stage = k, s = reach, n = plan$n[k], kind = kind)[!is.na(kind), ])
    reach <- reach[is.na(kind)]
  }
  tie <- ifelse(rows$kind == 2, -rows$stage, rows$stage)
  rows[order(rows$s / rows$n, rows$kind, tie), ]
}

arrive <- function(plan, stage, p) {
  # Density of responses on arriving at a stage, over 0..n, with earlier stops taken out and kept apart.
  density <- 1
  low <- high <- 0
  for (k in seq_len(stage)) {
    before <- if (k == 1) 0 else plan$n[k - 1]
    added <- plan$n[k] - before
    density <- vapply(0:plan$n[k], function(s) {
      first <- 0:before
      sum(density * dbinom(s - first, added, p))
    }, 0)
    if (k < stage) {
      s <- 0:plan$n[k]
      futile <- !is.na(plan$futility[k]) & s <= plan$futility[k]
      promising <- !is.na(plan$efficacy[k]) & s >= plan$efficacy[k]
      low <- low + sum(density[futile])
      high <- high + sum(density[promising])
      density[futile | promising] <- 0
    }
  }
  list(density = density, low = low, high = high)
}

point <- function(plan, stage, s, p) arrive(plan, stage, p)$density[s + 1]

at_least <- function(plan, stage, s, p) {
  at <- arrive(plan, stage, p)
  at$high + sum(at$density[(s + 1):(plan$n[stage] + 1)])
}

at_most <- function(plan, stage, s, p) {
  at <- arrive(plan, stage, p)
  at$low + sum(at$density[1:(s + 1)])
}

root <- function(f) uniroot(f, c(1e-14, 1 - 1e-14), tol = 1e-14, maxiter = 10000)$root

equal_tail <- function(plan, stage, s, alpha = 0.05) {
  lower <- function(p) at_least(plan, stage, s, p) - alpha / 2
  upper <- function(p) at_most(plan, stage, s, p) - alpha / 2
  c(if (lower(1e-14) > 0) 0 else root(lower), if (upper(1 - 1e-14) > 0) 1 else root(upper))
}

unbiased <- function(plan, stage, s, p = 0.3) {
  # The expected rate of the first stage given the stopping point; it does not depend on p.
  n1 <- plan$n[1]
  if (stage == 1) return(s / n1)
  going_on <- 0:n1
  going_on <- going_on[(is.na(plan$futility[1]) | going_on > plan$futility[1]) &
                         (is.na(plan$efficacy[1]) | going_on < plan$efficacy[1])]
  rest <- plan[-1, ]
  rest$n <- rest$n - n1
  weight <- vapply(going_on, function(first) {
    later <- rest
    later$futility <- rest$futility - first
    later$efficacy <- rest$efficacy - first
    if (s - first < 0 || s - first > later$n[stage - 1]) return(0)
    dbinom(first, n1, p) * arrive(later, stage - 1, p)$density[s - first + 1]
  }, 0)
  sum(going_on / n1 * weight) / sum(weight)
}

multistage <- function(plan, rule, step, alpha = 0.05) {
  # Shortest acceptance sets on a grid of rates, inverted, hull, widened to rise along the ordering.
  found <- stops(plan)
  limits <- matrix(c(Inf, -Inf), nrow(found), 2, byrow = TRUE)
  for (p in seq(0, 1, by = step)) {
    at <- lapply(seq_len(nrow(plan)), function(k) arrive(plan, k, p)$density)
    total <- c(0, cumsum(mapply(function(k, s) at[[k]][s + 1], found$stage, found$s)))
    for (size in seq_len(nrow(found))) {
      starts <- seq_len(nrow(found) - size + 1)
      inside <- total[starts + size] - total[starts]
      enough <- starts[inside >= 1 - alpha - 1e-12]
      if (length(enough)) break
    }
    if (rule == "max") first <- enough[which.max(inside[enough])]
    else {
      if (nrow(plan) == 1) {
        own <- if (p <= 0.5) enough[enough - 1 <= (nrow(found) - size) / 2] else
          enough[enough - 1 >= (nrow(found) - size) / 2]
        if (length(own)) enough <- own
      }
      first <- if (p <= 0.5) max(enough) else min(enough)
    }
    set <- first:(first + size - 1)
    limits[set, 1] <- pmin(limits[set, 1], p)
    limits[set, 2] <- pmax(limits[set, 2], p)
  }
  limits[, 1] <- rev(cummin(rev(limits[, 1])))
  limits[, 2] <- cummax(limits[, 2])
  cbind(found, lower = limits[, 1], upper = limits[, 2])
}

plans <- list(
  "10" = data.frame(n = 10, futility = NA, efficacy = NA),
  "21:1 41" = data.frame(n = c(21, 41), futility = c(1, NA), efficacy = NA),
  "21:1 46" = data.frame(n = c(21, 46), futility = c(1, NA), efficacy = NA),
  "10:3 30" = data.frame(n = c(10, 30), futility = c(3, NA), efficacy = NA),
  "12:1:5 24:3:8 40" = data.frame(n = c(12, 24, 40), futility = c(1, 3, NA), efficacy = c(5, 8, NA))
)

cat("# ", R.version.string, "\n", sep = "")
cat("plan,stage,responses,participants,unbiased,jt_lower,jt_upper,p_value,crow_lower,crow_upper,max_lower,max_upper\n")
for (name in names(plans)) {
  plan <- plans[[name]]
  crow <- multistage(plan, "crow", 1e-3)
  most <- multistage(plan, "max", 1e-3)
  for (row in seq_len(nrow(crow))) {
    k <- crow$stage[row]
    s <- crow$s[row]
    tail <- equal_tail(plan, k, s)
    numbers <- c(unbiased(plan, k, s), tail, at_least(plan, k, s, 0.05))
    cat(name, k, s, crow$n[row], sprintf("%.12g", numbers),
        sprintf("%.4g", c(crow$lower[row], crow$upper[row], most$lower[row], most$upper[row])), sep = ",")
    cat("\n")
  }
}
