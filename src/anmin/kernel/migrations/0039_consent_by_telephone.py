"""Leave for a check may be given by a code on the own telephone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0038_intake_at_the_counter")]
    operations = [
        migrations.AlterField(
            "consent",
            "channel",
            models.CharField(
                choices=[
                    ("paper", "书面签字"),
                    ("desk", "窗口当面确认"),
                    ("face", "人脸核身后确认"),
                    ("sign", "电子签名"),
                    ("phone", "短信验证码确认"),
                ],
                max_length=6,
            ),
        ),
    ]
