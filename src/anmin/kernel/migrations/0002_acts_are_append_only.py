"""The book of acts takes rows and gives none back: no role may update, delete or truncate it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kernel_act_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kernel_act_is_append_only: 审计记录只能增加，不能修改或删除';
END $$;
CREATE TRIGGER act_rows_stay BEFORE UPDATE OR DELETE ON kernel_act
    FOR EACH ROW EXECUTE FUNCTION kernel_act_is_append_only();
CREATE TRIGGER act_table_stays BEFORE TRUNCATE ON kernel_act
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_act_is_append_only();
"""
BACKWARD = """
DROP TRIGGER act_rows_stay ON kernel_act;
DROP TRIGGER act_table_stays ON kernel_act;
DROP FUNCTION kernel_act_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
