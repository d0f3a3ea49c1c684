"""A text that agents send often: shared by the workspace, or one agent's own."""

import re
from dataclasses import dataclass
from datetime import datetime

from servicekit.errors import InvalidError

MAX_TEXT_BYTES = 16 * 1024
MAX_NAME_LENGTH = 40
# What can be typed after the slash: the list closes at a space.
_NAME = re.compile(rf"[^\s/]{{1,{MAX_NAME_LENGTH}}}")
MAX_LOCALE_LENGTH = 35
MAX_FOLDER_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Template:
    """One template; `owner_id` is empty for a shared one. Every change raises `revision`."""

    id: str
    workspace_id: str
    name: str
    text: str
    owner_id: str = ""
    locale: str = ""
    folder: str = ""
    revision: int = 0
    changed_by_name: str = ""
    changed_at: datetime | None = None
    # How often it was used by everybody, and by the agent who asks: read, never written with the rest.
    uses: int = 0
    own_uses: int = 0


def check(template: Template) -> None:
    """Raise InvalidError, naming the field, unless it can be kept."""
    if not _NAME.fullmatch(template.name) or "\0" in template.name:
        raise InvalidError("template.name", f"1 to {MAX_NAME_LENGTH} characters without a space or slash")
    size = len(template.text.encode())
    if not template.text.strip() or size > MAX_TEXT_BYTES or "\0" in template.text:
        raise InvalidError("template.text", f"at least one character that shows, at most {MAX_TEXT_BYTES} bytes, no NUL")
    if len(template.locale) > MAX_LOCALE_LENGTH or "\0" in template.locale:
        raise InvalidError("template.locale", f"at most {MAX_LOCALE_LENGTH} characters")
    if len(template.folder) > MAX_FOLDER_LENGTH or template.folder != template.folder.strip() or not template.folder.isprintable():
        raise InvalidError("template.folder", f"at most {MAX_FOLDER_LENGTH} characters, no line end, no space around it")
