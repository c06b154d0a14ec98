"""People who sign in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Someone with a login: a reporter, an editor, a lawyer, a publisher."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
