"""Papers of a case (办件文书): what a case, its steps and its decision say, as data of each kind of paper."""
