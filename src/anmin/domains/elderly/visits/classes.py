"""Classes of special difficulty for visits (特殊困难老年人类别, 民发〔2022〕73号). The meal programme has a list of its own."""

CLASSES = {
    "disabled": "失能",
    "severe": "重度残疾",
    "planning": "计划生育特殊家庭",
    "alone": "独居",
    "empty_nest": "空巢",
    "left_behind": "留守",
}
"""The keys are those of the tiers of the service `elder_visit`, so that a class leads to its rhythm."""
