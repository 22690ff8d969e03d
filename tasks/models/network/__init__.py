"""The networks, what they minimise, and how they are trained, on TensorFlow."""
