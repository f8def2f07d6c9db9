"""Older people (老年人福利): allowances, care at home, care in homes."""
