"""What the pipeline costs and how good it is, beside what a user could have instead; `make benchmark` runs it all."""
