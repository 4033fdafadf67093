"""Estimators and measures over arrays: numbers in, numbers out, no tables and no words."""
