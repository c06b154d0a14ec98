"""Drafts for a website on another server: what is typed in the editor, and links to one version."""
