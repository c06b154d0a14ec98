"""The roles of a newsroom as groups, with their rights; which pages they hold for is set where there are pages."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

REFERENCE = ["cms.add_author", "cms.change_author", "cms.add_topic", "cms.change_topic"]
COMMISSIONS = ["workflows.add_commission", "workflows.change_commission", "workflows.delete_commission"]
ABSENCES = ["workflows.add_absence", "workflows.change_absence", "workflows.delete_absence"]

RIGHTS = {
    "Reporters": [],
    "Desk editors": [*REFERENCE, *COMMISSIONS, *ABSENCES, "workflows.add_waiver", "workflows.add_guestreview"],
    "Copy editors": [],
    "Legal": ["workflows.add_guestreview"],
    "Picture editors": [],
    "Publishers": [
        *REFERENCE,
        *COMMISSIONS,
        "workflows.add_waiver",
        "workflows.add_guestreview",
        "workflows.add_emergencyrelease",
        "cms.correct_article",
        "cms.kill_article",
        "cms.take_down_article",
    ],
    "Administrators": [
        *REFERENCE,
        "cms.delete_author",
        "cms.delete_topic",
        *(f"cms.{act}_user" for act in ("add", "change", "delete")),
        *(f"auth.{act}_group" for act in ("add", "change", "delete")),
        *ABSENCES,
        *(f"workflows.{act}_{model}" for model in ("desk", "signoffrule", "reviewstage") for act in ("add", "change", "delete")),
        *(f"wagtailcore.{act}_{model}" for model in ("workflow", "task") for act in ("add", "change", "delete")),
        "workflows.view_notice",
        "wagtailcore.change_site",
        "wagtailredirects.add_redirect",
    ],
}
PICTURES = {
    "Reporters": ["add_image", "choose_image"],
    "Desk editors": ["add_image", "choose_image"],
    "Copy editors": ["add_image", "choose_image"],
    "Legal": ["add_image", "choose_image"],
    "Picture editors": ["add_image", "choose_image", "change_image"],
    "Publishers": ["add_image", "choose_image", "change_image"],
    "Administrators": ["add_image", "choose_image", "change_image"],
}


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    Collection = apps.get_model("wagtailcore", "Collection")
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    # Django makes permissions after the last migration; on a new database there are none yet.
    for label in ("auth", "cms", "workflows", "wagtailcore", "wagtailimages", "wagtailredirects"):
        app = apps.get_app_config(label)
        app.models_module = True
        create_permissions(app, apps=apps, verbosity=0, using=schema_editor.connection.alias)
        app.models_module = None
    everything = Collection.objects.get(depth=1)
    for name, rights in RIGHTS.items():
        role, _created = Group.objects.get_or_create(name=name)
        wanted = [Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")]
        for right in rights:
            label, codename = right.split(".")
            wanted.append(Permission.objects.get(content_type__app_label=label, codename=codename))
        role.permissions.add(*wanted)
        for codename in PICTURES[name]:
            permission = Permission.objects.get(content_type__app_label="wagtailimages", codename=codename)
            GroupCollectionPermission.objects.get_or_create(group=role, collection=everything, permission=permission)


def remove_unused_roles(apps, schema_editor):
    """Roles in which somebody works, or for which a desk or pages were set, stay."""
    Group = apps.get_model("auth", "Group")
    unused = Group.objects.filter(name__in=RIGHTS, user=None, desk=None, page_permissions=None)
    ids = list(unused.values_list("pk", flat=True))
    # Deleted by SQL: when several migrations are undone at once, Django's cascade meets models of two states.
    with schema_editor.connection.cursor() as cursor:
        for table in ("auth_group_permissions", "wagtailcore_groupcollectionpermission"):
            cursor.execute(f"DELETE FROM {table} WHERE group_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM auth_group WHERE id = ANY(%s)", [ids])


class Migration(migrations.Migration):

    dependencies = [
        ("workflows", "0002_desk_tools"),
        ("cms", "0003_rights_to_correct_and_withdraw"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0003_admin_managed"),
        # It gives a right to every group that there is: to ours, if they were there before.
        ("wagtaildocs", "0011_add_choose_permissions"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(make_roles, remove_unused_roles)]
