"""Pages of the record, one module per part of the casebook."""
