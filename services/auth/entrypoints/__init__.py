"""The RPCs: decode, call a use case, encode."""
