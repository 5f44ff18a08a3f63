"""CDISC ODM 1.3.2: the record and its definition as one XML file, and back."""
