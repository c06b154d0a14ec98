"""What keeps a story out of print until someone mends it, whatever anybody says."""

from django.utils.translation import gettext as _

from cms.models import Article, NewsImage


def find_blockers(version: Article) -> list[str]:
    """Why this version of a story must not be published, one sentence each; empty if nothing stands in the way."""
    blockers = []
    if not has_standfirst(version):
        blockers.append(_("The standfirst is empty."))
    blockers += [_("The picture “%s” has no alternative text.") % image.title for image in find_without_alt(version)]
    return blockers


def has_standfirst(version: Article) -> bool:
    return bool(version.standfirst.strip())


def find_without_alt(version: Article) -> list[NewsImage]:
    """Pictures that a version shows somewhere without alternative text, its own or the picture's."""
    missing = NewsImage.objects.filter(pk__in=picture_ids(version), alt="")
    own_alt = {
        block["value"]["image"]
        for block in version.body.get_prep_value()
        if block["type"] == "image" and block["value"].get("alt")
    }
    if own_alt:
        missing = missing.exclude(pk__in=own_alt - {version.lead_image_id})
    return list(missing)


def picture_ids(version: Article) -> set[int]:
    """Primary keys of the pictures that a version shows."""
    found = {version.lead_image_id} if version.lead_image_id else set()
    for block in version.body.get_prep_value():
        if block["type"] == "image":
            found.add(block["value"]["image"])
        elif block["type"] == "gallery":
            found |= {item.get("value", item)["image"] for item in block["value"].get("pictures", [])}
    return {pk for pk in found if pk}
