"""How a benchmark runs commands, sums up their scores and shows a grid."""
