"""What is known of how somebody logs in."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount

from anmin.kernel.access.models import User


def has_single_sign_on(user: User) -> bool:
    """Whether the account is tied to a person of the city's log-in service."""
    return SocialAccount.objects.filter(user=user).exists()
