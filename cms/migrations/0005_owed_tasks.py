import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0004_pictures_by_file")]

    operations = [
        migrations.CreateModel(
            name="OwedTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task", models.CharField(max_length=200)),
                ("args", models.JSONField(default=list, verbose_name="arguments")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("next_attempt_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                ("attempt_count", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "owed task",
                "default_permissions": ("view", "change"),
                "indexes": [models.Index(fields=["next_attempt_at"], name="cms_owedtask_due")],
            },
        ),
    ]
