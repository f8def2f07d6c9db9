"""From an alert to its outcome (预警处置): given out, accepted, contacted, visited, verified, closed by a code."""
