"""An archive from elsewhere, one JSON object a line, made into stories that readers find on the shelf."""
