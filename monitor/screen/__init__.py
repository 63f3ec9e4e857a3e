"""What an operator is to see, as plain frozen values: no Qt, no clock, no physics."""
