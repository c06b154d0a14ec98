from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    """A draft with a fix merged into it was written by several people, and none of them signs it."""

    dependencies = [("workflows", "0003_roles")]

    operations = [
        migrations.AddField(
            "standing",
            "also_changed_by",
            ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                help_text="Ids of who else wrote this content: a fix was merged into it.",
                size=None,
            ),
        ),
        migrations.AddField(
            "setaside",
            "also_changed_by",
            ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                help_text="Ids of who else had written the draft.",
                size=None,
            ),
        ),
    ]
