"""How changes of households are carried out (家庭变更的办理), once somebody else has agreed."""
