"""Deaths in the middle of an action, many in one process: what a transaction held is gone, what was written stays (E12).

The statement at which a process dies comes out of a seed. E01 tries every one of them with real processes, for one run;
here months of work go on after deaths that fall anywhere.
"""

import contextlib
import random

from django.db import connection

FEW = 60
"""Statements within which a death falls; a shorter action is survived."""
UNDOING = ("ROLLBACK",)


class Death(BaseException):
    """The process is gone: nobody can catch it, as nobody catches SIGKILL."""


class Deaths:
    """Deaths out of a seed, so many in a hundred actions; `met` counts them."""

    def __init__(self, seed, percent):
        self.dice, self.percent, self.met = random.Random(f"deaths|{seed}"), percent, 0

    def survived(self, act, is_done=lambda: False, after=lambda: None):
        """Do something; whoever dies of it begins again, unless it turns out to be done. `after` is looked at each time."""
        while True:
            try:
                with self.lurking():
                    return act()
            except Death:
                self.met += 1
                after()
                if is_done():
                    return None

    @contextlib.contextmanager
    def lurking(self):
        """After some statement comes the end; undoing is not interrupted, since a server does it for whoever is gone."""
        if self.dice.randrange(100) >= self.percent:
            yield
            return
        left = self.dice.randrange(1, FEW)

        def one_more(go, sql, *rest):
            nonlocal left
            done = go(sql, *rest)
            left -= not str(sql).startswith(UNDOING)
            if left == 0:
                raise Death
            return done

        with connection.execute_wrapper(one_more):
            yield

    def after(self, act):
        """Something outside that happened, and whoever asked for it never heard."""

        def acted(*told):
            done = act(*told)
            if self.dice.randrange(100) < self.percent:
                raise Death
            return done

        return acted
