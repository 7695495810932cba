"""Recovery: shares on paper, the drill, and handing an inbox on when its members' keys are lost."""
