"""The eight rules that keep the log true (docs/design.md): for each a test of what it keeps, and one that shows how that breaks without it.

Taking a rule out is done here alone, by replacing the one seam that carries it; the product has no switch for it.
"""
