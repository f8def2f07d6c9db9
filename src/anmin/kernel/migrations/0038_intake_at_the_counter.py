"""What an application says beside its facts, when a value was adopted, and who else is paid into the same bank card."""

import anmin.kernel.keys.fields
from django.db import migrations, models

# Like anmin_before: found wherever it is; the caller tells readers out of scope only that it exists, and where.
SAME_CARD = """
CREATE FUNCTION anmin_same_card(persons bigint[], cards bytea[])
RETURNS TABLE (person_id bigint, division text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT held.person_id, whose.division
    FROM kernel_identifier AS held JOIN kernel_person AS whose ON whose.id = held.person_id
    WHERE held.kind = 'bank' AND held.last_day IS NULL AND NOT held.person_id = ANY (persons)
      AND whose.merged_into_id IS NULL AND whose.died_on IS NULL
      AND held.blind IN (
          SELECT unnest(cards)
          UNION SELECT mine.blind FROM kernel_identifier AS mine
          WHERE mine.kind = 'bank' AND mine.last_day IS NULL AND mine.person_id = ANY (persons)
      )
    ORDER BY 1 LIMIT 20
$$;
GRANT EXECUTE ON FUNCTION anmin_same_card(bigint[], bytea[]) TO anmin_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0037_runs_over_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='beside',
            field=anmin.kernel.keys.fields.SealedJSON(default='', editable=False),
        ),
        migrations.AddField(
            model_name='casefact',
            name='adopted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(SAME_CARD, "DROP FUNCTION anmin_same_card(bigint[], bytea[]);"),
    ]
