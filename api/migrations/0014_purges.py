import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """What caches must forget, and by which keys they know a story."""

    dependencies = [("api", "0013_deliveries_without_text")]

    operations = [
        migrations.CreateModel(
            name="Purge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=200, verbose_name="cache")),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None, verbose_name="keys")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("next_attempt_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_count", models.PositiveSmallIntegerField(default=0, help_text="How often the cache has confirmed it.")),
                ("failure_count", models.PositiveSmallIntegerField(default=0, verbose_name="failures")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="last error")),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["target", "next_attempt_at"], name="purge_due"),
                    models.Index(condition=models.Q(("failure_count__gt", 0)), fields=["target"], name="purge_failing"),
                ],
            },
        ),
        migrations.AddField(
            "publishedarticle",
            "summary_keys",
            models.TextField(default="", help_text="What its summary shows, as keys by which caches forget answers."),
        ),
        migrations.AddField(
            "publishedarticle",
            "detail_keys",
            models.TextField(default="", help_text="The same for all of it."),
        ),
    ]
