"""Staff of partners, senders that sign by JWS or SM2, and sharing requests that somebody else decides."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from anmin.kernel.audit.history import keep, keep_no_more

OTHERS = (
    *(
        "audit_admin",
        "child_director",
        "child_protector",
        "city_officer",
        "civil_registrar",
        "county_approver",
    ),
    *("county_checker", "county_finance", "county_leader", "elder_helper", "funeral_officer", "inspector"),
    *(
        "organisation_registrar",
        "security_admin",
        "system_admin",
        "town_clerk",
        "town_leader",
        "village_worker",
    ),
)
"""Every role of this installation's own people: none of them goes together with a partner's."""


def keep_apart(apps, schema_editor):
    """A partner's member of staff holds no other role."""
    pairs = [tuple(sorted(("partner_staff", other))) for other in OTHERS]
    model = apps.get_model("kernel", "RoleConflict")
    model.objects.bulk_create([model(one=one, other=other) for one, other in pairs], ignore_conflicts=True)


def user(name):
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name=name)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0016_factor_resets_can_be_refused")]
    operations = [
        migrations.CreateModel(
            name="PartnerStaff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row_version", models.IntegerField(default=0, editable=False)),
                ("row_code", models.BinaryField(null=True, editable=False)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("added_by", models.CharField(max_length=150)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="staff", to="kernel.partner"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partners",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                        name="partner_staff_ends_after_it_begins",
                    ),
                    models.UniqueConstraint(
                        fields=["user"],
                        condition=Q(last_day__isnull=True),
                        name="partner_staff_of_one_partner",
                    ),
                ]
            },
        ),
        migrations.RunSQL(
            keep("kernel_partnerstaff", "row_version", "row_code"), keep_no_more("kernel_partnerstaff")
        ),
        migrations.RunPython(keep_apart, migrations.RunPython.noop),
        migrations.RemoveConstraint("sender", "sender_signs_or_is_a_stub"),
        migrations.AddField(
            "sender",
            "algorithm",
            models.CharField(
                blank=True,
                default="",
                max_length=6,
                choices=[
                    ("SM2", "SM2（国密）"),
                    ("EdDSA", "JWS EdDSA（Ed25519）"),
                    ("ES256", "JWS ES256"),
                    ("RS256", "JWS RS256"),
                ],
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "sender", "callback_uri", models.CharField(blank=True, default="", max_length=500), False
        ),
        migrations.AddField("sender", "receiver_id", models.CharField(default="anmin", max_length=99)),
        migrations.AlterField("sender", "public_key", models.TextField(blank=True)),
        migrations.RunSQL("UPDATE kernel_sender SET algorithm = 'SM2' WHERE public_key <> ''", ""),
        migrations.AddConstraint(
            "sender",
            models.CheckConstraint(
                condition=~Q(public_key="") & ~Q(algorithm="") | Q(is_stub_allowed=True),
                name="sender_signs_or_is_a_stub",
            ),
        ),
        migrations.AddField("sharingrequest", "asker", user("asked_sharings")),
        migrations.AddField("sharingrequest", "decider", user("decided_sharings")),
        migrations.AddConstraint(
            "sharingrequest",
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | Q(asker__isnull=True) | ~Q(decider=F("asker")),
                name="sharing_decided_by_another",
            ),
        ),
    ]
