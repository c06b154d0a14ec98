"""The one way to the files of pictures: each request is asked whether readers, or whoever asks, may see the picture."""
