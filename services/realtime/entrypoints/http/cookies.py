"""The two cookies: one that opens everything for ten minutes, one that only the refresh route gets to see."""

from dataclasses import dataclass

from fastapi import Response

from services.realtime.domain.json_types import JsonView

ACCESS_COOKIE = "baton_access"
REFRESH_COOKIE = "baton_refresh"
REFRESH_PATH = "/api/session/refresh"


@dataclass(frozen=True, slots=True)
class Cookies:
    """Sets and clears them; `secure` where the public URL is https."""

    secure: bool

    def give(self, response: Response, tokens: JsonView) -> None:
        """Give both cookies, each for as long as its token lives."""
        self._set(response, ACCESS_COOKIE, tokens["access_token"], int(tokens["access_expires_in"]), "/")
        self._set(response, REFRESH_COOKIE, tokens["refresh_token"], int(tokens["refresh_expires_in"]), REFRESH_PATH)

    def take(self, response: Response) -> None:
        """Take both cookies back."""
        self._set(response, ACCESS_COOKIE, "", 0, "/")
        self._set(response, REFRESH_COOKIE, "", 0, REFRESH_PATH)

    def _set(self, response: Response, name: str, value: str, seconds: int, path: str) -> None:
        response.set_cookie(name, value, max_age=seconds, path=path, secure=self.secure, httponly=True, samesite="strict")
