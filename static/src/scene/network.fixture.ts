/** A traced pattern network, for tests. */

import type { Layer, Network } from './network';

export const layer = (
  name: string,
  kind: string,
  from: string,
  into: number[],
  out: number[],
  more: Partial<Layer> = {},
) => ({
  name,
  kind,
  inputs: [from],
  input_shape: into,
  output_shape: out,
  kernel: null,
  weights: [],
  ...more,
});

/** Traced layers of INPUT -> CONV -> NORM -> TANH -> POOL -> FC -> TANH -> DROPOUT -> FC for colour pictures. */
export const OWN: Network = {
  name: 'run:x',
  title: 'x',
  classes: ['a', 'b'],
  input_shape: [3, 8, 8],
  layers: [
    layer('conv1_1', 'convolution', 'input', [3, 8, 8], [4, 8, 8], { kernel: [3, 3], weights: ['conv1_1.weight'] }),
    layer('conv1_1_norm', 'batch-normalization', 'conv1_1', [4, 8, 8], [4, 8, 8], { weights: ['conv1_1_norm.weight'] }),
    layer('conv1_1_tanh', 'tanh', 'conv1_1_norm', [4, 8, 8], [4, 8, 8]),
    layer('pool1', 'average-pooling', 'conv1_1_tanh', [4, 8, 8], [4, 4, 4]),
    layer('fc1', 'linear', 'pool1', [64], [5], { weights: ['fc1.weight', 'fc1.bias'] }),
    layer('fc1_tanh', 'tanh', 'fc1', [5], [5]),
    layer('fc1_dropout', 'dropout', 'fc1_tanh', [5], [5]),
    layer('output', 'linear', 'fc1_dropout', [5], [2], { weights: ['output.weight', 'output.bias'] }),
  ],
};
