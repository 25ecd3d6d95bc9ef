"""What is wrong: ranked causes with proof and fix."""
