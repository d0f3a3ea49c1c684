"""Who a socket speaks for."""

from dataclasses import dataclass

from servicekit.caller import UserCaller

from services.realtime.domain.json_types import Json, JsonView


@dataclass(frozen=True, slots=True)
class Identity:
    """A human agent's session."""

    workspace_id: str
    account_id: str
    session_id: str
    role: str
    name: str
    display_name: str

    @classmethod
    def of_caller(cls, caller: UserCaller) -> "Identity":
        """Take it from a verified access token."""
        return cls(caller.workspace_id, caller.account_id, caller.session_id, caller.role.name.lower(), caller.name, caller.display_name)

    @classmethod
    def of_ticket(cls, answer: JsonView) -> "Identity":
        """Take it from a redeemed ticket."""
        return cls(answer["workspace_id"], answer["account_id"], answer["session_id"], answer["role"], answer.get("name", ""), answer.get("display_name", ""))

    def told(self) -> Json:
        """Return what the browser is told of itself."""
        return {
            "account_id": self.account_id,
            "workspace_id": self.workspace_id,
            "name": self.name,
            "display_name": self.display_name,
            "role": self.role,
        }
