"""The shapes of what REST accepts: strict types, hard lengths, nothing unknown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from servicekit.errors import ServiceError

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
# A message's length is counted in the bytes that are stored.
MAX_TEXT_BYTES = 16 * 1024
# A browser's integers are exact up to here.
MAX_INTEGER = 2**53 - 1


def _within_bytes(text: str) -> str:
    if len(text.encode()) > MAX_TEXT_BYTES:
        raise ValueError(f"at most {MAX_TEXT_BYTES} bytes of UTF-8")
    return text


class Input(BaseModel):
    """A body: types as they are, nothing beside what is named."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Id = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
PathId = Annotated[str, Path(pattern=UUID_PATTERN)]
Seq = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT_BYTES), AfterValidator(_within_bytes)]
OptionalText = Annotated[str, StringConstraints(max_length=MAX_TEXT_BYTES), AfterValidator(_within_bytes)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
OptionalLine = Annotated[str, StringConstraints(max_length=1000)]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


@contextmanager
def without_prefix(prefix: str) -> Iterator[None]:
    """Let a refusal name the field as the body has it: what is a field of a message in the contract is one of the body itself here."""
    try:
        yield
    except ServiceError as error:
        if error.field.startswith(prefix):
            error.message = error.message.removeprefix(prefix)
            error.field = error.field.removeprefix(prefix)
        raise
