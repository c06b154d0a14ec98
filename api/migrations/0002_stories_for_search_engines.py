"""Note which stories search engines may list, so that sitemaps need not read them."""

from django.db import migrations, models

_FILL = """
UPDATE api_publishedarticle SET is_indexable = false
WHERE detail::jsonb #>> '{seo,robots}' LIKE 'noindex%'
   OR detail::jsonb #>> '{seo,canonical_url}' <> detail::jsonb ->> 'url'
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0001_shelf")]

    operations = [
        migrations.AddField(
            model_name="publishedarticle",
            name="is_indexable",
            field=models.BooleanField(
                default=True, help_text="Search engines may list it, and it did not appear elsewhere first."
            ),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
