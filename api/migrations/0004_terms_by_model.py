import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import pgvector.django.sparsevec
from django.db import migrations, models


def vector(**kwargs):
    return pgvector.django.sparsevec.SparseVectorField(dimensions=1048576, **kwargs)


class Migration(migrations.Migration):
    """Terms are weighed with a numbered count. They are computed, so the tables are made anew instead of filled."""

    dependencies = [("api", "0003_webhooks")]

    operations = [
        migrations.DeleteModel("Terms"),
        migrations.DeleteModel("TermFrequency"),
        migrations.CreateModel(
            name="TermModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("counting", "Counting"), ("weighing", "Weighing"), ("current", "Current")], default="counting", max_length=10)),
                ("story_count", models.PositiveIntegerField(default=0, help_text="Stories that were counted.")),
                ("shelf_count", models.PositiveIntegerField(default=0, help_text="Stories on the shelf when counting began.")),
                ("every", models.PositiveIntegerField(default=1, help_text="One story in so many is counted.")),
                ("last_pk", models.BigIntegerField(default=0, help_text="How far the count, or the weighing, has come.")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "current")), fields=("state",), name="termmodel_one_current"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermFrequency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.IntegerField()),
                ("story_count", models.IntegerField()),
                ("model", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="frequencies", to="api.termmodel")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("model", "slot"), name="termfrequency_once")]},
        ),
        migrations.CreateModel(
            name="Terms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vector", vector()),
                ("title", vector()),
                ("names", vector(help_text="People, places, organisations.")),
                ("topics", vector()),
                ("heaviest", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("words", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text="The heaviest terms as a reader would write them.", size=None)),
                ("name_slots", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("name_words", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("sensitive", models.BooleanField(default=False)),
                ("light", models.BooleanField(default=False)),
                ("article", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="api.publishedarticle")),
                ("model", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="api.termmodel")),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["heaviest"], name="terms_heaviest"),
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["name_slots"], name="terms_names"),
                ],
                "constraints": [models.UniqueConstraint(fields=("article", "model"), name="terms_once")],
            },
        ),
    ]
