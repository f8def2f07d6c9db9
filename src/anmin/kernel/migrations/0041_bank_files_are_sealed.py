"""Files to and from banks lie sealed under keys of their own; what is not reconciled keeps a month open."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import anmin.kernel.keys.fields

# A month of a book closes only when every file of the month is laid beside its answers, and no answer waits undecided.
CLOSING = """
CREATE FUNCTION kernel_period_waits_for_banks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    next_month date := (NEW.month + interval '1 month')::date;
    waiting bigint;
BEGIN
    SELECT count(*) INTO waiting FROM kernel_payfile
    WHERE division = NEW.division AND made_on < next_month AND state <> 'reconciled';
    IF waiting > 0 THEN
        RAISE EXCEPTION 'period_open_files: 还有 % 个代发文件没有对平账，不能结账', waiting;
    END IF;
    SELECT count(*) INTO waiting FROM kernel_returnfile
    WHERE division = NEW.division AND state = 'quarantined' AND received_at < next_month;
    IF waiting > 0 THEN
        RAISE EXCEPTION 'period_open_returns: 还有 % 个回盘文件在隔离区没有处理，不能结账', waiting;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER period_waits_for_banks BEFORE INSERT ON kernel_periodclosing
    FOR EACH ROW EXECUTE FUNCTION kernel_period_waits_for_banks();
"""
NOT_CLOSING = """
DROP TRIGGER period_waits_for_banks ON kernel_periodclosing;
DROP FUNCTION kernel_period_waits_for_banks();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0040_voices")]
    operations = [
        migrations.AddField(
            "payfile",
            "made_on",
            models.DateField(default=datetime.date(2026, 1, 1)),
            preserve_default=False,
        ),
        migrations.AddField(
            "payfile", "secret", anmin.kernel.keys.fields.SealedText(default="", editable=False)
        ),
        migrations.AddField("returnfile", "day", models.DateField(null=True)),
        migrations.AddField("returnfile", "posted_on", models.DateField(null=True)),
        migrations.AddField(
            "returnfile", "secret", anmin.kernel.keys.fields.SealedText(default="", editable=False)
        ),
        migrations.AddField(
            "returnfile",
            "receiver",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(CLOSING, NOT_CLOSING),
    ]
