import json

from django.db import migrations


def pictures_in(value):
    """Ids of the pictures in a stored story: whatever has renditions."""
    if isinstance(value, dict):
        if "renditions" in value and value.get("id"):
            yield value["id"]
        for one in value.values():
            yield from pictures_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from pictures_in(one)


def name_pictures(apps, schema_editor):
    rows = apps.get_model("api", "PublishedArticle").objects
    known = {str(public_id): pk for public_id, pk in apps.get_model("cms", "NewsImage").objects.values_list("public_id", "pk")}
    batch = []
    for row in rows.only("pk", "detail").iterator(chunk_size=500):
        row.image_ids = sorted({known[one] for one in pictures_in(json.loads(row.detail)) if one in known})
        if row.image_ids:
            batch.append(row)
        if len(batch) >= 500:
            rows.bulk_update(batch, ["image_ids"])
            batch = []
    rows.bulk_update(batch, ["image_ids"])


class Migration(migrations.Migration):
    """The pictures of stories that readers have already stay public."""

    dependencies = [("api", "0008_pictures_of_stories"), ("cms", "0004_pictures_by_file")]

    operations = [migrations.RunPython(name_pictures, migrations.RunPython.noop)]
