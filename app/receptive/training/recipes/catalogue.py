"""The recipe of each network's shipped weights: what `receptive train NAME` does by default."""

from dataclasses import replace

from receptive.training.recipes.augmentation import Distortion
from receptive.training.recipes.recipe import Recipe

_SHARED = Recipe(
    epochs=120,
    batch=128,
    learning_rate=2e-3,
    weight_decay=0.05,
    warm_up=0.03,
    averaging=0.9995,
    mild_from=0.6,
    mild_strength=0.4,
    mild_plain=0.35,
    written=4000,
    seed=1,
    distortion=Distortion(),
)

# Stages in order: each begins with the averaged weights of the one before.
RECIPES: dict[str, tuple[Recipe, ...]] = {
    "lenet5": (
        _SHARED,
        replace(
            _SHARED,
            epochs=30,
            learning_rate=1e-3,
            warm_up=0.05,
            mild_from=0.4,
            mild_strength=0.75,
            mild_plain=0.15,
            seed=2,
            joined=True,
        ),
    ),
    "lenet5-1998": (replace(_SHARED, epochs=90, weight_decay=0.01),),
}
