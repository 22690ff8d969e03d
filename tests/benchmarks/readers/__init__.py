"""What the tools of analysts make of the published files."""
