"""How good forecasts were at past origins."""
