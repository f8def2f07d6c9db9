"""What the database itself holds of a register's rows: who may see them, that read-only roles change nothing, history.

A guard is a constraint of the model, so that `makemigrations` writes it into the line of business's own migration and
a register needs no SQL. Rows about things are seen by whoever works in the place; rows about persons as persons are.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BaseConstraint

from anmin.kernel.access.rls import (
    RESIDENT_ROLE,
    WEB_ROLE,
    business_writes,
    division_policy,
    no_business_writes,
    no_policy,
    work_policy,
)
from anmin.kernel.audit.history import keep, keep_no_more


class _Sql(BaseConstraint):
    """A constraint that is SQL of its own beside the table, run when the table stands."""

    def put_sql(self, table: str) -> str:
        """The SQL that puts it on a table."""
        raise NotImplementedError

    def take_sql(self, table: str) -> str:
        """The SQL that takes it away."""
        raise NotImplementedError

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """With a new table: afterwards, since there is no table yet."""
        schema_editor.deferred_sql.append(self.put_sql(model._meta.db_table))

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """On a table that is there."""
        return self.put_sql(model._meta.db_table)

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        """Away again."""
        return self.take_sql(model._meta.db_table)

    def validate(self, *args: Any, **options: Any) -> None:
        """Nothing that a single row could break."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Sql):
            return NotImplemented
        return self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


class RowGuard(_Sql):
    """Sight, read-only roles and history of one register's table. `persons` says that its rows are about persons."""

    def __init__(self, *, name: str, persons: bool = False) -> None:
        super().__init__(name=name)
        self.persons = persons

    def put_sql(self, table: str) -> str:
        """Policies of sight and writing, and the trigger of history."""
        sight = division_policy(table, level="level") if self.persons else work_policy(table)
        return sight + business_writes(table) + keep(table)

    def take_sql(self, table: str) -> str:
        """All of it away."""
        return keep_no_more(table) + no_business_writes(table) + no_policy(table)

    def deconstruct(self) -> Any:
        """As it stands in a migration."""
        path, arguments, options = super().deconstruct()
        return path, arguments, {**options, "persons": self.persons}


class PublicRows(_Sql):
    """Rows that anybody may read, on the public pages and in every place: those that meet an SQL `condition`."""

    def __init__(self, *, name: str, condition: str) -> None:
        super().__init__(name=name)
        self.condition = condition

    def put_sql(self, table: str) -> str:
        """A policy for reading alone; the role of residents' pages is a member of the web role."""
        return f"CREATE POLICY {self.name} ON {table} FOR SELECT TO {WEB_ROLE} USING ({self.condition});\n"

    def take_sql(self, table: str) -> str:
        """Away again."""
        return f"DROP POLICY {self.name} ON {table};\n"

    def deconstruct(self) -> Any:
        """As it stands in a migration."""
        path, arguments, options = super().deconstruct()
        return path, arguments, {**options, "condition": self.condition}


class OwnRows(_Sql):
    """Rows about a person that this person may read on the residents' pages, and whoever was let act for them."""

    def put_sql(self, table: str) -> str:
        """A policy for reading alone, of residents."""
        return (
            f"CREATE POLICY {self.name} ON {table} FOR SELECT TO {RESIDENT_ROLE}"
            " USING (person_id IN (SELECT anmin_own('apply')));\n"
        )

    def take_sql(self, table: str) -> str:
        """Away again."""
        return f"DROP POLICY {self.name} ON {table};\n"


class ReceivedRows(_Sql):
    """Rows that come in from the public pages without a log-in, each under the receipt that the page told the database.

    Beside a `RowGuard`: nothing else of the table is seen or written from there.
    """

    RECEIPT = "number = nullif(current_setting('anmin.voice', true), '')"

    def put_sql(self, table: str) -> str:
        """Policies for adding one's own row and reading it back."""
        return (
            f"CREATE POLICY {self.name} ON {table} FOR SELECT TO {RESIDENT_ROLE} USING ({self.RECEIPT});\n"
            f"CREATE POLICY {self.name}_in ON {table} FOR INSERT TO {RESIDENT_ROLE} WITH CHECK ({self.RECEIPT});\n"
            f"ALTER POLICY {table}_adds ON {table}"
            f" WITH CHECK (anmin_writes() OR (anmin_user() IS NULL AND {self.RECEIPT}));\n"
        )

    def take_sql(self, table: str) -> str:
        """Away again."""
        return f"DROP POLICY {self.name}_in ON {table};\nDROP POLICY {self.name} ON {table};\n"
