"""What cannot be done about logging in."""


class LoginProblem(ValueError):
    """Something about logging in cannot be done so; the message says why and what to do."""
