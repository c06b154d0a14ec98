from django.db import migrations


class Migration(migrations.Migration):
    """Take the text of stories out of deliveries: what is sent again must not hold what was withdrawn since."""

    dependencies = [
        ('api', '0012_stages_and_hubs'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE api_delivery SET payload = (payload::jsonb #- '{data,article}')::text"
            " WHERE event LIKE 'article.%'",
            migrations.RunSQL.noop,
        ),
    ]
