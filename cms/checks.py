"""What keeps a story out of print until someone mends it."""

from django.utils.translation import gettext as _

from cms.models import Article, NewsImage


def find_blockers(version: Article) -> list[str]:
    """Why this version of a story must not be published, one sentence each; empty if nothing stands in the way."""
    blockers = []
    if not version.standfirst.strip():
        blockers.append(_("The standfirst is empty."))
    missing = NewsImage.objects.filter(pk__in=picture_ids(version), alt="").values_list("title", flat=True)
    own_alt = {
        block["value"]["image"]
        for block in version.body.get_prep_value()
        if block["type"] == "image" and block["value"].get("alt")
    }
    if own_alt:
        missing = missing.exclude(pk__in=own_alt - {version.lead_image_id})
    blockers += [_("The picture “%s” has no alternative text.") % title for title in missing]
    return blockers


def picture_ids(version: Article) -> set[int]:
    """Primary keys of the pictures that a version shows."""
    found = {version.lead_image_id} if version.lead_image_id else set()
    for block in version.body.get_prep_value():
        if block["type"] == "image":
            found.add(block["value"]["image"])
        elif block["type"] == "gallery":
            found |= {item.get("value", item)["image"] for item in block["value"].get("pictures", [])}
    return {pk for pk in found if pk}
