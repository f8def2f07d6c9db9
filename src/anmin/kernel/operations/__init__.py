"""Operations (运行维护): background jobs, health, backup and restore, verification; what keeps the house standing."""
