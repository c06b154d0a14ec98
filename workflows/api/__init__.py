"""The review by HTTP, for a newsroom's own programs: what people do in the admin, by the same verbs and rules."""
