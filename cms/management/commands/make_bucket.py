"""Make the bucket in which pictures are kept."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

_DEFAULT_REGION = "us-east-1"


class Command(BaseCommand):
    """For a store of one's own, which is empty at first."""

    help = "Make the bucket MEDIA_S3_BUCKET where there is none. It is private, as the store makes it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        bucket = settings.MEDIA_S3_BUCKET
        if not bucket:
            raise CommandError("MEDIA_S3_BUCKET is empty: pictures are kept in MEDIA_ROOT.")
        storage: Any = storages["default"]
        client = storage.connection.meta.client
        try:
            client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise CommandError(f"{bucket} cannot be looked at: {error}") from error
        except BotoCoreError as error:
            raise CommandError(str(error)) from error
        else:
            self.stdout.write(f"{bucket} is there.")
            return
        region = settings.MEDIA_S3_REGION
        # S3 refuses its oldest region as a place.
        place = (
            {"CreateBucketConfiguration": {"LocationConstraint": region}}
            if region != _DEFAULT_REGION and region
            else {}
        )
        client.create_bucket(Bucket=bucket, **place)
        self.stdout.write(f"{bucket} was made.")
