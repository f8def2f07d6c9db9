"""How changes of persons are carried out (人员变更的办理), once somebody else has agreed."""
