# Values for the tests of a boundary that is looked at after every participant, by base R alone and by another route than
# the program takes: upper tails of pbinom, and the level tried at every tail itself, from the highest down.
#
#   Rscript continuous_values.R > continuous_values.csv

bounds <- function(size, p, level) sapply(seq_len(size), function(k) {
  fits <- which(pbinom(0:k - 1, k, p, lower.tail = FALSE) <= level)
  if (length(fits)) fits[1] - 1 else NA
})
crossing <- function(stops, p) {
  # The chance of never reaching it, by the matrix of one participant.
  size <- length(stops)
  state <- c(1, rep(0, size))
  step <- diag(1 - p, size + 1)
  step[cbind(seq_len(size), seq_len(size) + 1)] <- p
  step[size + 1, size + 1] <- 1
  for (k in seq_len(size)) {
    state <- as.vector(state %*% step)
    if (!is.na(stops[k])) state[(stops[k]:size) + 1] <- 0
  }
  1 - sum(state)
}
cat("size,rate,error,place,bound,at_rate,above\n")
for (design in list(c(20, 0.2, 0.05), c(50, 0.3, 0.05), c(43, 0.33, 0.1), c(30, 0.15, 0.02))) {
  size <- design[1]; p <- design[2]; error <- design[3]
  tails <- unique(unlist(lapply(seq_len(size), function(k) pbinom(0:k - 1, k, p, lower.tail = FALSE))))
  for (level in sort(tails[tails <= error], decreasing = TRUE)) {
    stops <- bounds(size, p, level * (1 + 1e-12))
    if (crossing(stops, p) <= error) break
  }
  for (k in seq_len(size)) {
    cat(sprintf("%d,%.2f,%.2f,%d,%s,%.12g,%.12g\n", size, p, error, k, ifelse(is.na(stops[k]), "", stops[k]),
                crossing(stops, p), crossing(stops, p + 0.2)))
  }
}
