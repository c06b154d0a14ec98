import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0011_sites_languages_and_suggestions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hub',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=500, unique=True)),
                ('heard_sequence', models.BigIntegerField(default=0, help_text='The last change whose feeds are among those owed.')),
                ('owed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=255), default=list, help_text='Names of feeds of which the hub is to be told.', size=None)),
                ('attempt_count', models.PositiveIntegerField(default=0, help_text='How often it has failed since it last worked.')),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('busy_until', models.DateTimeField(help_text='Until then a worker is telling it.', null=True)),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AlterField(
            model_name='subscription',
            name='events',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('article.published', 'A story is published'), ('article.updated', 'A story that readers have has changed'), ('article.withdrawn', 'A story is withdrawn'), ('article.stage_changed', 'A story has reached another stage (not public)')], max_length=40), blank=True, default=list, help_text='Only these; none for all that is public.', size=None),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='sequence',
            field=models.BigIntegerField(help_text='Of the change; empty for a test and for a stage.', null=True),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='payload',
            field=models.TextField(help_text='What is sent, without the text of the story, which is added at each attempt.'),
        ),
    ]
