import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """How late stories were, since when related links are owed, and which deliveries were given up."""

    dependencies = [("api", "0014_purges")]

    operations = [
        migrations.CreateModel(
            name="ReleaseDelay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(choices=[("schedule", "Schedule"), ("embargo", "Embargo")], max_length=10)),
                ("at_most_seconds", models.FloatField()),
                ("story_count", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0, help_text="All their delays together.")),
            ],
            options={
                "ordering": ["cause", "at_most_seconds"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("cause", "at_most_seconds"), name="releasedelay_once_a_bound")
                ],
            },
        ),
        migrations.AddField(
            "rankingdue",
            "owed_since",
            models.DateTimeField(default=django.utils.timezone.now, db_default=Now()),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["subscription"], condition=models.Q(("status", "failed")), name="delivery_given_up"),
        ),
    ]
