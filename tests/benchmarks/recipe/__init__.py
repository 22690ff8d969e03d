"""Why the recipe is as it is: what each of its parts, and its pretraining, is worth on real panels."""
