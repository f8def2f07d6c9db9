"""What knows neither Django nor civil affairs: identifiers, names, money, spans, the calendar."""
