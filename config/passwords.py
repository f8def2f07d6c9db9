"""Password hashing for a machine with two cores."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with two lanes: the default of eight would make one login hold both cores."""

    memory_cost = 102_400
    """Kibibytes, as of Django: a thief's machine runs out of memory before it runs out of time."""
    time_cost = 2
    parallelism = 2
