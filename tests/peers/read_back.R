# Reads every SAS transport file of a folder with haven: FILE.csv beside it holds the values, FILE.labels its labels.
# Needs: haven.   Rscript read_back.R FOLDER
library(haven)
folder <- commandArgs(TRUE)[1]
as_text <- function(column) {
  if (inherits(column, "Date")) return(format(column, "%Y-%m-%d"))
  if (is.numeric(column)) return(ifelse(is.na(column), NA, sprintf("%.17g", as.numeric(column))))
  as.character(column)
}
for (path in list.files(folder, "[.]xpt$", full.names = TRUE)) {
  rows <- read_xpt(path)
  labels <- vapply(rows, function(column) { label <- attr(column, "label"); if (is.null(label)) "" else label }, "")
  writeLines(c(attr(rows, "label"), labels), sub("xpt$", "labels", path))
  write.csv(as.data.frame(lapply(rows, as_text), check.names = FALSE), sub("xpt$", "csv", path),
    row.names = FALSE, na = "", fileEncoding = "UTF-8")
}
cat("haven", format(packageVersion("haven")), "read", length(list.files(folder, "[.]xpt$")), "files\n")
