"""What came back for a claim that was wrong is owed to the family and goes out again, with a payment or by a voucher, once."""

from django.db import migrations, models
from django.db.models import Q

OUT = ["deduct", "refund"]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0067_standards_of_a_place")]
    operations = [
        migrations.AlterField(
            "ledgerline",
            "account",
            models.CharField(
                max_length=16,
                choices=[
                    ("appropriation", "下达指标"),
                    ("allotted", "分配下级"),
                    ("available", "可用指标"),
                    ("blocked", "已冻结"),
                    ("transit", "在途资金"),
                    ("spent", "已支出"),
                    ("returned", "退票待处理"),
                    ("reserve", "备用金"),
                    ("receivable", "应收追回"),
                    ("recovered", "已追回"),
                    ("written_off", "已核销"),
                    ("refundable", "应退还"),
                ],
            ),
        ),
        migrations.AlterField(
            "recoveryinstalment",
            "way",
            models.CharField(
                max_length=8,
                choices=[
                    ("paid_in", "缴回"),
                    ("deduct", "从待遇中抵扣"),
                    ("off", "部分核销"),
                    ("refund", "随发放退还"),
                    ("by_hand", "凭付款凭证退还"),
                ],
            ),
        ),
        migrations.AddConstraint(
            "recoveryinstalment",
            models.UniqueConstraint(
                fields=["recovery"],
                condition=Q(way__in=["refund", "by_hand"], cancelled_on__isnull=True),
                name="refunded_once",
            ),
        ),
        migrations.AlterField(
            "paypart",
            "basis",
            models.CharField(
                max_length=8,
                choices=[
                    ("basic", "待遇"),
                    ("price", "价格临时补贴"),
                    ("deduct", "抵扣追回"),
                    ("refund", "退还追回款"),
                ],
            ),
        ),
        migrations.RemoveConstraint("paypart", "pay_part_once_a_month"),
        migrations.AddConstraint(
            "paypart",
            models.UniqueConstraint(
                fields=["entitlement", "month", "basis", "sequence"],
                condition=Q(is_live=True) & ~Q(basis__in=OUT),
                name="pay_part_once_a_month",
            ),
        ),
        migrations.RemoveConstraint("paypart", "pay_part_has_its_sign"),
        migrations.AddConstraint(
            "paypart",
            models.CheckConstraint(
                condition=Q(basis="deduct", fen__lt=0, instalment__isnull=False)
                | Q(basis="refund", fen__gt=0, instalment__isnull=False)
                | (~Q(basis__in=OUT) & Q(fen__gt=0, instalment__isnull=True)),
                name="pay_part_has_its_sign",
            ),
        ),
    ]
