"""What a user would notice, module by module; end_to_end/ holds what only the whole can show."""
