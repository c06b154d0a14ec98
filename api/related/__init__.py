"""Links between published stories: an editor's picks first, then what is near in words, subject and time."""
