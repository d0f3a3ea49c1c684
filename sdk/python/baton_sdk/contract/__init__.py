"""The contract's generated code, kept equal to `proto/` by `make proto`: never edited. For those who want the bare stub."""
