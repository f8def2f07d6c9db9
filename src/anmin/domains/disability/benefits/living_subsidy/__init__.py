"""Living subsidy for disabled people in hardship (困难残疾人生活补贴)."""
