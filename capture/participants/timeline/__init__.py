"""The course of one participant as one picture: facts in, lanes of marks out; a template makes SVG of them. PURE."""
