"""Forms of the casebook: text typed in the browser → clean values or errors in words."""
