"""Who writes may translate; administrators set up websites and languages."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

TRANSLATE = ["simple_translation.submit_translation"]
RIGHTS = {
    "Reporters": TRANSLATE,
    "Desk editors": TRANSLATE,
    "Publishers": TRANSLATE,
    "Administrators": [
        *TRANSLATE,
        "wagtailcore.add_site",
        "wagtailcore.add_locale",
        "wagtailcore.change_locale",
    ],
}


def give(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    # Django makes permissions after the last migration; on a new database there are none yet.
    for label in ("simple_translation", "wagtailcore"):
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, apps=apps, verbosity=0, using=schema_editor.connection.alias)
        app.models_module = None
    for role in Group.objects.filter(name__in=RIGHTS):
        for right in RIGHTS[role.name]:
            label, codename = right.split(".")
            role.permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))


def take(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for role in Group.objects.filter(name__in=RIGHTS):
        for right in RIGHTS[role.name]:
            label, codename = right.split(".")
            role.permissions.remove(*Permission.objects.filter(content_type__app_label=label, codename=codename))


class Migration(migrations.Migration):

    dependencies = [
        ("workflows", "0005_answers_to_programs"),
        ("simple_translation", "0001_initial"),
    ]

    operations = [migrations.RunPython(give, take)]
