import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which pictures a published story shows, and in which form its JSON is."""

    dependencies = [("api", "0007_keys")]

    operations = [
        migrations.AddField(
            "publishedarticle",
            "image_ids",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Pictures that it shows; their files are public while it is.",
                size=None,
            ),
        ),
        migrations.AddField(
            "publishedarticle",
            "shape",
            models.CharField(
                default="",
                help_text="Which form of the public JSON this is; rows in an older one are stored anew.",
                max_length=32,
            ),
        ),
        migrations.AddIndex(
            "publishedarticle",
            django.contrib.postgres.indexes.GinIndex(fields=["image_ids"], name="shelf_images", fastupdate=False),
        ),
    ]
