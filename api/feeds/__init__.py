"""Feeds, sitemaps and other documents that feed readers, search engines and agencies know where to look for."""
