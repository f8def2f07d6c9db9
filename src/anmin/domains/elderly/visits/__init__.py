"""Visits to elders in special difficulty (特殊困难老年人探访关爱, 民发〔2022〕73号): who, how often, and the monthly rate."""
