"""The chart, what writes its generated files, and its tests."""
