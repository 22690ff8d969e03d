"""Reading a sales file: from its source to rows of text and numbers."""
