"""Care subsidy for severely disabled people (重度残疾人护理补贴)."""
