"""The plainest training script there is: the floor of the lab. `python -m bench.bare PICTURES EPOCHS` says images/s."""

import os
import sys
import time

import torch
from torch.nn import functional

from app.training.data.datasets import obtain
from app.training.data.pictures import fitted
from bench.training import BATCH, HELD_OUT, data_folder
from models.catalogue import CATALOGUE, build


def main() -> None:
    count, epochs = int(sys.argv[1]), int(sys.argv[2])
    if sys.platform != "win32":
        os.nice(5)  # as the lab's trainer is
    torch.set_num_threads(1)
    torch.manual_seed(1)
    about, network = CATALOGUE["lenet5"], build("lenet5")
    train_on, _ = obtain("mnist", data_folder()).divided(HELD_OUT)
    images, labels = fitted(train_on.fewer(count), about.input_shape), train_on.fewer(count).labels
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        begun = time.perf_counter()
        for chosen in order.split(BATCH):
            inputs = (images[chosen].float() / 255 - about.mean) / about.std
            loss = functional.cross_entropy(network(inputs), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        spent = time.perf_counter() - begun
    print(len(images) / spent)


if __name__ == "__main__":
    main()
