"""Every command of the command line is reached by its name, those of groups included."""

import pytest
import typer

from anmin.cli import Commands, build

GROUPS = {"audit": "verify", "bank": "reconcile", "keys": "list", "money": "status", "repair": "row"}


def application():
    return typer.main.get_command(build())


def names():
    return Commands().list_commands(None)


@pytest.mark.parametrize("name", names())
def test_a_command_is_found_by_its_own_name(name):
    found = application().get_command(None, name)

    assert found is not None
    assert found.name == name
    assert name not in getattr(found, "commands", {}), "the group lies inside another group of its own name"


@pytest.mark.parametrize("name", sorted(GROUPS))
def test_a_group_gives_its_commands(name):
    commands = application().get_command(None, name).commands

    assert GROUPS[name] in commands


def test_a_name_without_a_command_is_none():
    assert application().get_command(None, "no-such-thing") is None
