"""Who is handling a story and how far it has got: desks, stages, sign-offs, clearance, release."""
