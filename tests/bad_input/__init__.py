"""What everything refuses: wrong types, operators, NUL, bad Unicode, too much, other people's ids, callers who are not who they say."""
