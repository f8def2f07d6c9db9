"""Children (儿童福利): orphans and de facto unsupported children."""
