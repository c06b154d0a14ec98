"""The members of ninjs 3.1 that we fill, for the OpenAPI document; the whole standard: iptc.org/std/ninjs."""

from rest_framework import serializers


class StandardSerializer(serializers.Serializer[None]):
    name = serializers.ChoiceField(["ninjs"])
    version = serializers.ChoiceField(["3.1"])
    schema = serializers.URLField()


class NinjsTextSerializer(serializers.Serializer[None]):
    role = serializers.CharField()
    contentType = serializers.CharField()  # noqa: N815  # names of the standard, here and below
    value = serializers.CharField(allow_blank=True)


class NinjsBodySerializer(NinjsTextSerializer):
    charCount = serializers.IntegerField()  # noqa: N815
    wordCount = serializers.IntegerField()  # noqa: N815


class NinjsPersonSerializer(serializers.Serializer[None]):
    name = serializers.CharField()
    rel = serializers.CharField()
    literal = serializers.CharField()


class NinjsSubjectSerializer(serializers.Serializer[None]):
    name = serializers.CharField()
    literal = serializers.CharField()
    uri = serializers.CharField(required=False)


class NinjsAltIdSerializer(serializers.Serializer[None]):
    role = serializers.CharField()
    value = serializers.CharField()


class NinjsGenreSerializer(serializers.Serializer[None]):
    name = serializers.CharField()


class NinjsRenditionSerializer(serializers.Serializer[None]):
    name = serializers.CharField()
    href = serializers.URLField()
    contentType = serializers.CharField()  # noqa: N815
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class NinjsPictureSerializer(serializers.Serializer[None]):
    name = serializers.CharField()
    uri = serializers.CharField()
    type = serializers.ChoiceField(["picture"])
    renditions = NinjsRenditionSerializer(many=True)
    descriptions = NinjsTextSerializer(many=True)
    by = serializers.CharField(required=False)


class NinjsSerializer(serializers.Serializer[None]):
    """A story as IPTC ninjs 3.1."""

    uri = serializers.CharField()
    standard = StandardSerializer()
    type = serializers.ChoiceField(["text"])
    representationType = serializers.ChoiceField(["full"])  # noqa: N815
    version = serializers.CharField()
    firstCreated = serializers.DateTimeField()  # noqa: N815
    versionCreated = serializers.DateTimeField()  # noqa: N815
    contentCreated = serializers.DateTimeField()  # noqa: N815
    pubStatus = serializers.ChoiceField(["usable"])  # noqa: N815
    urgency = serializers.IntegerField(min_value=1, max_value=9)
    language = serializers.CharField()
    slugline = serializers.CharField()
    title = serializers.CharField()
    headlines = NinjsTextSerializer(many=True)
    descriptions = NinjsTextSerializer(many=True)
    by = serializers.CharField(allow_blank=True)
    people = NinjsPersonSerializer(many=True)
    bodies = NinjsBodySerializer(many=True)
    subjects = NinjsSubjectSerializer(many=True)
    altIds = NinjsAltIdSerializer(many=True)  # noqa: N815
    associations = NinjsPictureSerializer(many=True)
    genres = NinjsGenreSerializer(many=True, required=False)
    usageTerms = serializers.CharField(required=False)  # noqa: N815
    edNote = serializers.CharField(required=False)  # noqa: N815
