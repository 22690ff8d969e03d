"""What the columns hold, and how dates and numbers are written."""
