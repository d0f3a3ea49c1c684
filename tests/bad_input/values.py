"""The corpus: what no field takes, and what looks dangerous and may be fine."""

# JSON's lone surrogate, in the two forms in which bytes can carry one, and a byte that UTF-8 never has.
NOT_UTF8 = {"a lone surrogate": b"\xed\xa0\x80", "a stray byte": b"\xff", "a cut character": b"\xf0\x9f\x91", "an overlong NUL": b"\xc0\x80"}

# No field of any message takes these.
NEVER_TEXT = {
    "a NUL": "a\0b",
    "nearly 1 MiB of text": "x" * 1_000_000,
    # Slow to normalize, for who normalizes before looking at the length.
    "300,000 combining marks": "a" + "\u0316\u0301" * 150_000,
}

# Text that some fields take and others do not; whoever takes it takes it as nothing but text.
ODD_TEXT = {
    "nothing": "",
    "white space": " \t\n\u3000",
    "an operator": '{"$gt": ""}',
    "an operator's name": "$where",
    "a path into a document": "after.control.holder",
    "a pattern": "^(a+)+$.*[",
    "a path out": "../../../etc/passwd",
    "a UUID in capitals": "0B6F3C52-7A0E-5F5E-8B1D-2F6F6A9F0D21",
    "a UUID in braces": "{0b6f3c52-7a0e-5f5e-8b1d-2f6f6a9f0d21}",
    "a UUID without hyphens": "0b6f3c527a0e5f5e8b1d2f6f6a9f0d21",
    "a UUID and a line end": "0b6f3c52-7a0e-5f5e-8b1d-2f6f6a9f0d21\n",
    "the nil UUID": "00000000-0000-0000-0000-000000000000",
    "an id of 300 characters": "7" * 300,
    "right to left": "\u202eعربى\u2066",
    "no character": "\uffff\ufffe",
}

INT64 = {"-1": -1, "the least int64": -(2**63), "the largest int64": 2**63 - 1, "2^53": 2**53}
INT32 = {"-1": -1, "the least int32": -(2**31), "the largest int32": 2**31 - 1}
UINT64 = {"the largest uint64": 2**64 - 1}
ENUM = {"UNSPECIFIED": 0, "an unknown number": 99, "a negative number": -7}

# Values of every type that JSON has; a field takes at most one of the types.
JSON_VALUES: dict[str, object] = {
    "null": None,
    "a number": 7,
    "a fraction": 0.5,
    "a huge number": 10**400,
    "minus one": -1,
    "true": True,
    "an operator": {"$gt": ""},
    "code": {"$where": "sleep(1000)"},
    "a list": ["x"],
    "a list of operators": [{"$ne": None}],
    "a NUL": "a\0b",
    "a lone surrogate": "\ud800",
    "two surrogates the wrong way round": "a\udc00\ud800",
    "30,000 characters": "x" * 30_000,
    "nothing": "",
    "white space": " \t\u3000",
    "a text with an operator": '{"$gt": ""}',
}
