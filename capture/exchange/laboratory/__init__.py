"""Files of laboratories: a layout that is declared once per laboratory, and rows of the existing import."""
