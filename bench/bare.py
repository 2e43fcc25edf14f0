"""The plainest training script there is: the floor of the lab. `python -m bench.bare PICTURES EPOCHS` says images/s.

With a third argument, `beside`, it has one line more: a pixel's channels lie beside each other, as the lab has them.
"""

import os
import sys
import time

import torch
from torch.nn import functional

from bench.training import BATCH, HELD_OUT, data_folder
from convnets.catalogue import CATALOGUE, build
from receptive.training.batches import laid_out
from receptive.training.data.datasets import obtain


def main() -> None:
    count, epochs, beside = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["beside"]
    if sys.platform != "win32":
        os.nice(5)  # as the lab's trainer is
    torch.set_num_threads(1)
    torch.manual_seed(1)
    about, network = CATALOGUE["lenet5"], build("lenet5")
    train_on, _ = obtain("mnist", data_folder()).divided(HELD_OUT)
    digits = train_on.fewer(count)
    images, labels = functional.pad(digits.images.reshape(-1, 1, 28, 28), (2, 2, 2, 2)), digits.labels
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        begun = time.perf_counter()
        for chosen in order.split(BATCH):
            inputs = (images[chosen].float() / 255 - about.mean) / about.std
            if beside:
                inputs = laid_out(inputs, beside=True)
            loss = functional.cross_entropy(network(inputs), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        spent = time.perf_counter() - begun
    print(len(images) / spent)


if __name__ == "__main__":
    main()
