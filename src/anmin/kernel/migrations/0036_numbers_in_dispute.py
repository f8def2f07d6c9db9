"""A number that somebody under protection holds is registered for whoever may not know of them like any other, in dispute."""

from django.db import migrations, models
from django.db.models import Q

from anmin.kernel.access.rls import in_scope

HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
SEEN = (
    f"coalesce({in_scope('holder.division', 'holder.level')}, false) OR holder.id IN (SELECT anmin_opened())"
    " OR (holder.level <= anmin_case_level() AND holder.id IN (SELECT anmin_assigned()))"
)

# Every number is looked up alike, whoever has it, so that an answer takes as long for a child as for nobody.
DISPUTE = f"""
CREATE FUNCTION anmin_dispute_number() RETURNS trigger {HEAD} AS $$
BEGIN
    NEW.is_disputed := EXISTS (
        SELECT 1 FROM kernel_identifier AS held JOIN kernel_person AS holder ON holder.id = held.person_id
        WHERE held.kind = NEW.kind AND held.blind = NEW.blind AND held.last_day IS NULL
          AND held.person_id <> NEW.person_id AND holder.level >= 3
          AND anmin_user() IS NOT NULL AND NOT ({SEEN})
    );
    RETURN NEW;
END $$;
CREATE TRIGGER kernel_identifier_disputed BEFORE INSERT ON kernel_identifier
    FOR EACH ROW WHEN (NEW.last_day IS NULL AND NEW.kind NOT IN ('bank', 'booklet', 'other'))
    EXECUTE FUNCTION anmin_dispute_number();

CREATE FUNCTION anmin_settle_number() RETURNS trigger {HEAD} AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM kernel_identifier
        WHERE kind = OLD.kind AND blind = OLD.blind AND last_day IS NULL AND NOT is_disputed
    ) THEN
        UPDATE kernel_identifier SET is_disputed = false WHERE id = (
            SELECT id FROM kernel_identifier
            WHERE kind = OLD.kind AND blind = OLD.blind AND last_day IS NULL AND is_disputed
            ORDER BY id LIMIT 1
        );
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_identifier_settled AFTER UPDATE OF last_day ON kernel_identifier
    FOR EACH ROW WHEN (OLD.last_day IS NULL AND NEW.last_day IS NOT NULL AND NOT OLD.is_disputed)
    EXECUTE FUNCTION anmin_settle_number();
"""
BACK = """
DROP TRIGGER kernel_identifier_disputed ON kernel_identifier;
DROP TRIGGER kernel_identifier_settled ON kernel_identifier;
DROP FUNCTION anmin_dispute_number();
DROP FUNCTION anmin_settle_number();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0035_held_homes")]
    operations = [
        migrations.AddField(
            "identifier",
            "is_disputed",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RemoveConstraint("identifier", "identifier_of_one_person"),
        migrations.AddConstraint(
            "identifier",
            models.UniqueConstraint(
                fields=["kind", "blind"],
                condition=Q(last_day__isnull=True, is_disputed=False)
                & ~Q(kind__in=["bank", "booklet", "other"]),
                name="identifier_of_one_person",
            ),
        ),
        migrations.AddIndex(
            "identifier",
            models.Index(fields=["person"], condition=Q(is_disputed=True), name="identifier_in_dispute"),
        ),
        migrations.RunSQL(DISPUTE, BACK),
    ]
