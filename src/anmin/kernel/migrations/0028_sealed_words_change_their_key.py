"""Steps and decisions stay as they are, but for the key that their sealed reason is under: keys are changed, rows are not."""

from django.db import migrations

# Bytes 2 to 5 of a sealed value are the number of its key.
STAYS = r"""
CREATE FUNCTION kernel_row_stays_but_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason'
        AND octet_length(OLD.reason) > 5 AND octet_length(NEW.reason) = octet_length(OLD.reason)
        AND substring(NEW.reason FROM 2 FOR 4) <> substring(OLD.reason FROM 2 FOR 4) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kernel_row_stays: % 中的记录不能修改或删除', TG_TABLE_NAME;
END $$;
DROP TRIGGER steps_stay ON kernel_step;
CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE ON kernel_step
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays_but_its_key();
DROP TRIGGER decisions_stay ON kernel_decision;
CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON kernel_decision
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays_but_its_key();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0027_words_about_people_are_sealed'),
    ]

    operations = [migrations.RunSQL(STAYS)]
