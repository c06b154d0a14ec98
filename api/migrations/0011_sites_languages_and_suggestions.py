import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    """Of which website a story is, what its translations are, and what a search box may suggest."""

    dependencies = [("api", "0010_preview_links")]

    operations = [
        migrations.AddField(
            "publishedarticle",
            "site",
            models.CharField(default="", help_text="Host name of the website that it belongs to.", max_length=255),
        ),
        migrations.AddField(
            "publishedarticle",
            "translation_key",
            models.UUIDField(help_text="The same for a story and its translations.", null=True),
        ),
        migrations.AddField("tombstone", "site", models.CharField(default="", max_length=255)),
        migrations.AddIndex(
            "publishedarticle",
            models.Index(fields=["site", "-published_at", "-id"], name="shelf_site_newest"),
        ),
        migrations.AddIndex(
            "publishedarticle",
            models.Index(fields=["translation_key"], name="shelf_translations"),
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Article"),
                            ("topic", "Topic"),
                            ("author", "Author"),
                            ("section", "Section"),
                        ],
                        max_length=10,
                    ),
                ),
                ("public_id", models.UUIDField()),
                ("slug", models.CharField(max_length=255)),
                ("site", models.CharField(default="", max_length=255)),
                ("language", models.CharField(max_length=20)),
                ("title", models.TextField()),
                ("path", models.CharField(max_length=1000)),
                ("weight", models.BigIntegerField()),
                ("visible_from", models.DateTimeField(null=True)),
                ("visible_until", models.DateTimeField(null=True)),
                (
                    "words",
                    django.contrib.postgres.search.SearchVectorField(
                        help_text="The words of the title, without accents, in lower case."
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "-weight"], name="suggestion_heaviest"),
                    models.Index(fields=["public_id"], name="suggestion_public_id"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], name="suggestion_words", fastupdate=False
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "slug", "site", "language"), name="suggestion_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SuggestionWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
                (
                    "pieces",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["pieces"], name="suggestion_pieces", fastupdate=False
                    )
                ],
            },
        ),
    ]
