from django.db import migrations


def owe_links(apps, schema_editor):
    schema_editor.execute(
        "INSERT INTO api_rankingdue (article_id, attempt_count) SELECT id, 0 FROM api_publishedarticle "
        "ON CONFLICT DO NOTHING"
    )


class Migration(migrations.Migration):
    """Terms were dropped with their old table: every story's links are due, and the sweep makes them."""

    dependencies = [("api", "0005_links_with_relations")]

    operations = [migrations.RunPython(owe_links, migrations.RunPython.noop)]
