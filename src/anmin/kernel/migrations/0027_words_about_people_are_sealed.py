"""Reasons and answers that may name people are sealed: in steps, decisions, requests, merges, checks, authorisations."""

from django.db import migrations, models
from django.db.models import Q

from anmin.kernel.keys.sealing import sealing

ADVERSE = ["refuse", "reduce", "suspend", "stop", "recover", "terminate"]

# The trigger asked whether the reason is blank; of a sealed one the database knows only whether there is one.
STEPS = r"""
DO $$
DECLARE
    was text := pg_get_functiondef('kernel_case_step_is_allowed()'::regprocedure);
    fresh text := replace(was, 'btrim(NEW.reason) = ''''', 'octet_length(NEW.reason) = 0');
BEGIN
    IF fresh = was THEN
        RAISE EXCEPTION 'kernel_case_step_is_allowed does not ask for a reason as expected';
    END IF;
    EXECUTE fresh;
END $$;
"""

# As before, but for what a refusal says: the database hands out the sealed reason with the decision it is bound to.
BEFORE = r"""
DROP FUNCTION anmin_before(bigint[], bigint, text, date);
CREATE FUNCTION anmin_before(persons bigint[], home bigint, asked text, today date)
RETURNS TABLE (kind text, what text, day date, division text, words text, decision bigint, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT found.* FROM kernel_case AS found
        WHERE (found.household_id = home OR EXISTS (
            SELECT 1 FROM kernel_casemember AS member WHERE member.case_id = found.id AND member.person_id = ANY (persons)
        ))
    )
    SELECT 'open', mine.matter, mine.opened_on, mine.division, mine.number, NULL::bigint, NULL::bytea
    FROM mine WHERE mine.closed_on IS NULL AND mine.matter = asked AND mine.last_step > 0
    UNION ALL
    SELECT 'refused', mine.matter, made."on", mine.division, '', made.id, made.reason
    FROM mine JOIN kernel_decision AS made ON made.case_number = mine.number
    WHERE made.outcome = 'refuse' AND made."on" > today - 366 AND made."on" <= today
    UNION ALL
    SELECT 'benefit', given.benefit, given.first_day, given.division, given.state, NULL::bigint, NULL::bytea
    FROM kernel_entitlement AS given
    WHERE given.state <> 'ended' AND (given.last_day IS NULL OR given.last_day >= today)
      AND (given.household_id = home OR given.person_id = ANY (persons) OR EXISTS (
          SELECT 1 FROM kernel_membership AS member
          WHERE member.household_id = given.household_id AND member.person_id = ANY (persons)
            AND given.person_id IS NULL AND (member.last_day IS NULL OR member.last_day >= today)
      ))
    ORDER BY 3 DESC
$$;
GRANT EXECUTE ON FUNCTION anmin_before(bigint[], bigint, text, date) TO anmin_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0026_codes_keep_their_history'),
    ]

    operations = [
        migrations.RemoveConstraint('decision', 'decision_against_people_has_a_reason'),
        sealing('decision', 'reason'),
        migrations.AddConstraint(
            'decision',
            models.CheckConstraint(
                condition=~Q(outcome__in=ADVERSE) | ~Q(reason=''), name='decision_against_people_has_a_reason'
            ),
        ),
        sealing('step', 'reason'),
        migrations.RunSQL(STEPS),
        migrations.RunSQL(BEFORE),
        sealing('notsame', 'reason'),
        sealing('notsame', 'undone_reason'),
        sealing('changerequest', 'answer'),
        sealing('matchpair', 'answer'),
        sealing('checkorder', 'reason'),
        sealing('consent', 'withdrawn_reason'),
    ]
