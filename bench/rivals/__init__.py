"""What a newsroom would build instead on the same stories: an ordinary serializer, Wagtail's API, and a bare view."""
