"""Activations in torch: each kind says itself which module of torch.nn computes the same."""

from torch import nn

from engine.network.activations import KINDS, Activation


def twin(activation: Activation) -> nn.Module:
    """The module that trains in an activation's stead: the first of its twins that has all its unusual numbers."""
    numbers = activation.numbers
    for name, given, settings in activation.twins:
        if activation.unusual.keys() <= given.keys():
            return getattr(nn, name)(**{theirs: numbers[ours] for ours, theirs in given.items()}, **settings)
    raise NotImplementedError(f"no twin of {activation.name} takes {', '.join(activation.unusual)}")


def activation_of(module: nn.Module) -> Activation | None:
    """The activation that a module of torch.nn is; None if films know none that computes the same."""
    for kind in KINDS.values():
        for name, given, settings in kind.twins:
            if type(module) is getattr(nn, name) and all(getattr(module, k) == v for k, v in settings.items()):
                found = kind(**{ours: float(getattr(module, theirs)) for ours, theirs in given.items()})
                if not found.misfit():
                    return found
    return None


def known() -> str:
    """The names in torch.nn of all activations that films know, for a sentence."""
    return ", ".join(dict.fromkeys(twin.module for kind in KINDS.values() for twin in kind.twins))
