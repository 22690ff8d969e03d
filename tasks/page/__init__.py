"""The page that the person who gets the weekly forecast opens: pure functions from data to one HTML string."""
