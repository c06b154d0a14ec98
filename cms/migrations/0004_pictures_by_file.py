from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever asks for a file of a picture names the file."""

    dependencies = [("cms", "0003_rights_to_correct_and_withdraw")]

    operations = [
        migrations.AddIndex("newsimage", models.Index(fields=["file"], name="cms_newsimage_file")),
        migrations.AddIndex("newsrendition", models.Index(fields=["file"], name="cms_newsrendition_file")),
    ]
