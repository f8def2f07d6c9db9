"""Password hashing for a machine with two cores."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with two lanes: the default of eight would make one login hold both cores."""

    parallelism = 2
