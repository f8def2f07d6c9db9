"""Transfer (转其他类别): a file that fails goes on in the next layer, with consent and without new papers."""
