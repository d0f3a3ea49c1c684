"""REST and pages; one module per area."""
