"""Where journeys go: a stack of the tests' own, or the one that is running already, for whoever writes them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from tests.harness.site import Site

PEOPLE = ("ADMIN", "SUPERVISOR", "AGENT1", "AGENT2", "AGENT3")


@dataclass(frozen=True)
class Place:
    """What a browser and an AI platform have to know of a stack."""

    url: str
    platform_targets: list[str]
    api_key: str
    logins: Mapping[str, tuple[str, str]]

    @classmethod
    def of_site(cls, site: Site) -> Self:
        """Return the place of a stack that tests started."""
        return cls(site.urls()[0], site.public_targets(), site.demo.api_key, {who: site.login(who) for who in PEOPLE})

    @classmethod
    def of_environment(cls) -> Self | None:
        """Return the place that the variables of .local/baton.env name, if they are set."""
        if "BATON_URL" not in os.environ:
            return None
        logins = {who: (os.environ[f"BATON_{who}_EMAIL"], os.environ[f"BATON_{who}_PASSWORD"]) for who in PEOPLE}
        return cls(os.environ["BATON_URL"], [os.environ["BATON_GRPC"]], os.environ["BATON_API_KEY"], logins)

    def login(self, who: str) -> tuple[str, str]:
        """Return e-mail and password of ADMIN, SUPERVISOR, AGENT1, AGENT2 or AGENT3."""
        return self.logins[who]
