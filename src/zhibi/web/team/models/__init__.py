from zhibi.web.team.models.change import Change
from zhibi.web.team.models.person_key import PersonKey
from zhibi.web.team.models.record import Record
from zhibi.web.team.models.session import Session, SignInAttempt
from zhibi.web.team.models.team import Membership, Team
from zhibi.web.team.models.user import Role, SellerName, User

__all__ = [
    "Change",
    "Membership",
    "PersonKey",
    "Record",
    "Role",
    "SellerName",
    "Session",
    "SignInAttempt",
    "Team",
    "User",
]
