"""PyTorch's own LSTM, trained on the same windows: the seconds of an epoch for each number of units."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import torch

BATCH = 256
EPOCHS = 7  # the first is not counted, because it warms up


class Network(torch.nn.Module):
    def __init__(self, channels: int, units: int, horizon: int) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(channels, units, num_layers=2, batch_first=True)
        self.output = torch.nn.Linear(units, horizon)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.lstm(inputs)
        return self.output(hidden[:, -1])


def seconds_an_epoch(inputs: torch.Tensor, targets: torch.Tensor, units: int) -> float:
    network = Network(inputs.shape[-1], units, targets.shape[-1])
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    seconds = []
    for _ in range(EPOCHS):
        started = time.perf_counter()
        for batch in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(network(inputs[batch]), targets[batch]).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds[1:]))


if __name__ == "__main__":
    with np.load(sys.argv[1]) as windows:
        arrays = [torch.from_numpy(windows[name]) for name in ("inputs", "targets")]
    fastest = {}
    for units in map(int, sys.argv[2:]):
        timed = {}
        for threads in (1, 2):
            torch.set_num_threads(threads)
            timed[threads] = seconds_an_epoch(arrays[0], arrays[1], units)
        fastest[units] = min(timed.values())
    print(json.dumps(fastest))  # noqa: T201
