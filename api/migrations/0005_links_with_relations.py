import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a link is to a story, what editors decided about it, and how often readers followed it."""

    dependencies = [
        ("api", "0004_terms_by_model"),
        ("cms", "0002_stories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "relatedlink",
            "relation",
            models.CharField(
                choices=[("same_story", "Same story"), ("follow_up", "Follow-up"), ("background", "Background"), ("latest", "New in the section")],
                default="background",
                max_length=10,
            ),
        ),
        migrations.AddField("relatedlink", "pinned", models.BooleanField(default=False)),
        migrations.RemoveIndex("relatedlink", "relatedlink_best"),
        migrations.AddIndex(
            "relatedlink", models.Index(fields=["article", "-pinned", "-score"], name="relatedlink_best")
        ),
        migrations.CreateModel(
            name="RelatedChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("article_id", models.BigIntegerField()),
                ("target_id", models.BigIntegerField()),
                ("verdict", models.CharField(choices=[("removed", "Not related"), ("pinned", "Pinned")], max_length=10)),
                ("score", models.FloatField(help_text="What the link scored when the editor decided.", null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("article_id", "target_id"), name="relatedchoice_once")]
            },
        ),
        migrations.CreateModel(
            name="RelatedClicks",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("article_id", models.UUIDField()),
                ("target_id", models.UUIDField()),
                ("on", models.DateField()),
                ("count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("article_id", "target_id", "on"), name="relatedclicks_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="RelatedSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section_limit", models.PositiveSmallIntegerField(default=0, help_text="Most links to stories of one section; 0 for as many as there are.")),
                ("topic_limit", models.PositiveSmallIntegerField(default=0, help_text="Most links to stories about one topic, wider topics too; 0 for any number.")),
                ("news_days", models.PositiveIntegerField(default=0, help_text="News is not suggested when it is older than this, in days; 0 for any age.")),
                ("live_days", models.PositiveIntegerField(default=30, help_text="Live coverage is not suggested when it is older than this, in days; 0 for any age.")),
                ("light_topics", models.ManyToManyField(blank=True, help_text="Topics of light stories. Where none is named: IPTC's arts, sport, lifestyle and human interest.", related_name="+", to="cms.topic")),
                ("sensitive_topics", models.ManyToManyField(blank=True, help_text="Stories about these, and stories flagged as sensitive, are kept apart from light ones.", related_name="+", to="cms.topic")),
            ],
            options={"verbose_name": "related stories"},
        ),
    ]
