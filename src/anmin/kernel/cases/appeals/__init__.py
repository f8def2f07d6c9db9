"""Appeals (救济): a family asks to check again or complains, staff take up reviews by the government and lawsuits, each with clocks."""
