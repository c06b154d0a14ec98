"""The roles of the newsroom, and what each may do."""

from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from cms.models import FrontPage, User
from tests.newsroom import PEOPLE, Newsroom
from tests.workflows.acts import ACTS, Try, carry_out
from workflows.newsroom import PICTURE_RIGHTS, RIGHTS, ROLES, set_up

pytestmark = pytest.mark.django_db


def rights_of(role: str) -> set[str]:
    rights = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in rights}


@pytest.mark.parametrize("role", ROLES)
def test_a_migrated_database_has_the_role_with_all_its_rights(role):
    assert rights_of(role) == {"wagtailadmin.access_admin", *RIGHTS[role]}
    pictures = GroupCollectionPermission.objects.filter(group__name=role)
    assert {given.permission.codename for given in pictures} == set(PICTURE_RIGHTS[role])


def test_the_newsroom_is_set_up_by_a_command_that_may_run_again():
    for _ in range(2):
        call_command("set_up_newsroom", name="The Test Courier", hostname="courier.test", stdout=StringIO())
    assert FrontPage.objects.get().title == "The Test Courier"
    given = GroupPagePermission.objects.filter(group__name__in=ROLES)
    assert given.count() == sum(map(len, ROLES.values()))


def test_what_was_taken_from_a_role_is_not_given_back():
    set_up()
    role = Group.objects.get(name="Publishers")
    role.permissions.remove(*role.permissions.filter(codename="kill_article"))
    set_up()
    assert "cms.kill_article" not in rights_of("Publishers")


def test_a_role_that_was_deleted_is_made_again_with_its_rights():
    Group.objects.get(name="Reporters").delete()
    Group.objects.get(name="Publishers").delete()
    set_up()
    assert rights_of("Publishers") == {"wagtailadmin.access_admin", *RIGHTS["Publishers"]}


# Who may do what: docs/roles.md

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
YES, NO = "yes", ""


def table() -> dict[tuple[str, str], list[str]]:
    """The table of docs/roles.md: act and surface to an answer for each role."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    heads, _rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert heads == ["act", "where", *ROLES]
    return {(what, where): answers for what, where, *answers in rows}


@pytest.fixture
def people(newsroom: Newsroom) -> dict[str, User]:
    names = {role: name for name, role in PEOPLE.items() if name != "other_reporter"}
    people = {role: newsroom.people[names[role]] for role in ROLES if role in names}
    administrator = User.objects.create(username="administrator", email="administrator@example.org")
    administrator.groups.add(Group.objects.get(name="Administrators"))
    return people | {"Administrators": administrator}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.what}, {act.where}")
def test_each_role_may_do_what_the_documentation_says(newsroom: Newsroom, people, act):
    happened = []
    article = act.story(newsroom)
    for person in people.values():
        before = transaction.savepoint()
        client = Client()
        client.force_login(person)
        happened.append(YES if carry_out(act, Try(newsroom, client, person, article)) else NO)
        transaction.savepoint_rollback(before)
    assert happened == table().get((act.what, act.where)), f"| {act.what} | {act.where} | {' | '.join(happened)} |"


@pytest.mark.parametrize("act", [act for act in ACTS if act.on_a_story], ids=lambda act: f"{act.what}, {act.where}")
def test_rights_in_one_section_give_none_in_another(newsroom: Newsroom, people, act):
    elsewhere = Newsroom(newsroom.other_section, newsroom.section, newsroom.people)
    article = act.story(elsewhere)
    GroupPagePermission.objects.filter(group__name="Publishers").update(page=newsroom.section.page_ptr)
    # Wagtail keeps the rights of a person with the object that stands for them.
    person = User.objects.get(pk=people["Publishers"].pk)
    client = Client()
    client.force_login(person)
    assert not carry_out(act, Try(elsewhere, client, person, article))


def test_the_documentation_names_no_act_that_is_not_tried():
    assert list(table()) == [(act.what, act.where) for act in ACTS]


def test_going_back_takes_away_only_roles_that_nobody_uses(newsroom: Newsroom):
    GroupPagePermission.objects.filter(group__name__in=["Reporters", "Administrators"]).delete()
    with connection.schema_editor() as editor:
        import_module("workflows.migrations.0003_roles").remove_unused_roles(apps, editor)
    left = set(Group.objects.values_list("name", flat=True)) & set(ROLES)
    assert left == set(ROLES) - {"Administrators"}
