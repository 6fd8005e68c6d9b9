"""Of mailed links to a new password. allauth imports it (settings), and nobody else can."""

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

from bookings.models import User


class ResetTokens(EmailAwarePasswordResetTokenGenerator):
    """Over when the login was switched off or on since, or its ways in were ended."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}\n{user.keys_edition}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        return user is not None and user.is_active and super().check_token(user, token)
