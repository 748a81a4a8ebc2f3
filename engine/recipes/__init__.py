"""What determines a training: its data, network, optimiser and seed."""
