"""Row history (历史版本): what a row was before each change, written by the database itself, whoever changed it.

One trigger function writes into one table, so that bulk updates and SQL by hand are kept too, no table needs a twin
that follows its columns, and the web role cannot write there. Sealed columns stay ciphertext. `tx` leads to the act
of the same transaction, which says who and why.
"""

from __future__ import annotations

from anmin.kernel.keys.fields import bound
from anmin.kernel.keys.places import Documents

KEPT: dict[str, tuple[str, ...]] = {
    "kernel_user": ("password", "last_login", "row_version", "row_code"),
    "kernel_grant": ("row_version", "row_code"),
    "kernel_roleconflict": (),
    "kernel_assignment": ("row_version", "row_code"),
    "kernel_breakglass": ("row_version", "row_code"),
    "kernel_takingpermit": ("row_version", "row_code"),
    "kernel_takingalarm": (),
    "kernel_delegation": ("row_version", "row_code"),
    "kernel_phonecode": ("code",),
    "kernel_factorreset": (),
    "kernel_partner": (),
    "kernel_partnerkey": ("row_version", "row_code"),
    "kernel_partnerstaff": ("row_version", "row_code"),
    "kernel_sourcesigner": ("row_version", "row_code"),
    "kernel_sender": (),
    "kernel_person": ("tokens",),
    "kernel_identifier": (),
    "kernel_formername": (),
    "kernel_formerplace": (),
    "kernel_household": (),
    "kernel_membership": (),
    "kernel_kin": (),
    "kernel_residence": (),
    "kernel_death": (),
    "kernel_changerequest": (),
    "kernel_merge": (),
    "kernel_notsame": (),
    "kernel_matchpair": (),
    "kernel_case": (),
    "kernel_caseclock": (),
    "kernel_step": (),
    "kernel_decision": (),
    "kernel_entitlement": (),
    "kernel_amount": (),
    "kernel_consent": (),
    "kernel_checkorder": (),
    "kernel_checkanswer": (),
    "kernel_sharingrequest": (),
    "kernel_slip": (),
    "kernel_slipreview": (),
    "kernel_draft": (),
    "kernel_application": (),
    "kernel_casemember": (),
    "kernel_casematerial": (),
    "kernel_casefact": (),
    "kernel_publicity": (),
    "kernel_objection": (),
    "kernel_voice": (),
    "kernel_sample": (),
    "kernel_staffperson": (),
    "kernel_reserveentry": (),
    "kernel_reserveclosing": (),
    "kernel_scan": ("secret", "received", "touched_at"),
    "kernel_periodclosing": (),
    "kernel_fund": (),
    "kernel_budgetline": (),
    "kernel_payeeaccount": (),
    "kernel_payrun": (),
    "kernel_payexception": (),
    "kernel_sentinel": (),
    "kernel_recovery": (),
    "kernel_recoveryinstalment": (),
    "kernel_recoverymonth": (),
    "kernel_payfile": (),
    "kernel_bankcall": (),
    "kernel_returnfile": (),
    "kernel_alert": (),
    "kernel_alerthit": (),
    "kernel_alertstep": (),
    "kernel_offer": (),
    "kernel_visitplan": (),
    "kernel_order": (),
    "kernel_photorule": (),
    "kernel_push": (),
    "kernel_takeoverbatch": (),
}
"""Every table of people and rights, with the columns that are not kept: search tokens, secrets, codes of rows."""

OLD_VALUES = Documents(
    "kernel_rowhistory",
    "old",
    "\\x",
    ("table_name", "row_id"),
    lambda row, name: bound(row[0], name, row[1]),
)
"""Where sealed values lie in the history, for the rotation of keys."""

FUNCTIONS = """
CREATE FUNCTION anmin_keep_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET bytea_output = 'hex' AS $$
DECLARE
    was jsonb := to_jsonb(OLD) - coalesce(TG_ARGV, '{}');
    kept jsonb := was;
    now_is jsonb;
BEGIN
    IF current_setting('anmin.history', true) = 'off' AND current_setting('role') <> 'anmin_web' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        now_is := to_jsonb(NEW);
        SELECT jsonb_object_agg(key, value) INTO kept
        FROM jsonb_each(was) WHERE value IS DISTINCT FROM now_is -> key;
        IF kept IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO kernel_rowhistory (at, tx, by_id, table_name, row_id, change, person, division, level, old)
    VALUES (
        clock_timestamp(), pg_current_xact_id()::text::bigint,
        nullif(current_setting('anmin.user', true), '')::bigint, TG_TABLE_NAME, (was ->> 'id')::bigint,
        left(TG_OP, 1),
        CASE WHEN TG_TABLE_NAME = 'kernel_person' THEN (was ->> 'id')::bigint
             ELSE (was ->> 'person_id')::bigint END,
        coalesce(was ->> 'division', ''), coalesce((was ->> 'level')::smallint, 0), kept
    );
    RETURN NULL;
END $$;

CREATE FUNCTION anmin_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('anmin.history', true) = 'off' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kernel_rowhistory_is_append_only: 历史版本只能增加，不能修改或删除';
END $$;
"""


def keep(table: str, *without: str) -> str:
    """SQL that has a table's changes kept."""
    arguments = ", ".join(f"'{column}'" for column in without)
    return (
        f"CREATE TRIGGER keeps_history AFTER UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION anmin_keep_row({arguments});\n"
    )


def keep_no_more(table: str) -> str:
    """SQL that ends it."""
    return f"DROP TRIGGER keeps_history ON {table};\n"
