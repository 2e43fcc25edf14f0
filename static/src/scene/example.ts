/** Traced layers of both LeNet-5, for tests. */

import type { LayerFacts } from './column';

type Rest = Partial<LayerFacts> & Pick<LayerFacts, 'input_shape' | 'output_shape'>;

function layer(name: string, kind: string, from: string, rest: Rest): LayerFacts {
  const weights = rest.parameters ? [`${name}.weight`, `${name}.bias`] : [];
  return { name, kind, inputs: [from], parameters: 0, macs: 0, connections: 0, weights, ...rest };
}

const FIVE = { kernel: [5, 5], stride: [1, 1], padding: [0, 0], parameters: 1 };
const TWO = { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };

const C1 = { input_shape: [1, 32, 32], output_shape: [6, 28, 28] };
const S2 = { input_shape: [6, 28, 28], output_shape: [6, 14, 14] };
const C3 = { input_shape: [6, 14, 14], output_shape: [16, 10, 10] };
const S4 = { input_shape: [16, 10, 10], output_shape: [16, 5, 5] };
const C5 = { input_shape: [16, 5, 5], output_shape: [120, 1, 1] };
const F6 = { input_shape: [120], output_shape: [84] };
const OUTPUT = { input_shape: [84], output_shape: [10] };

export const TODAY: LayerFacts[] = [
  layer('c1', 'convolution', 'input', { ...C1, ...FIVE }),
  layer('c1_relu', 'relu', 'c1', C1),
  layer('s2', 'max-pooling', 'c1_relu', { ...S2, ...TWO }),
  layer('c3', 'convolution', 's2', { ...C3, ...FIVE }),
  layer('c3_relu', 'relu', 'c3', C3),
  layer('s4', 'max-pooling', 'c3_relu', { ...S4, ...TWO }),
  layer('c5', 'convolution', 's4', { ...C5, ...FIVE }),
  layer('c5_relu', 'relu', 'c5', C5),
  layer('f6', 'linear', 'c5_relu', { ...F6, parameters: 10164 }),
  layer('f6_relu', 'relu', 'f6', F6),
  layer('output', 'linear', 'f6_relu', { ...OUTPUT, parameters: 850 }),
];

/** Table I of LeCun et al. 1998. */
export const TABLE_I = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];

export const PUBLISHED: LayerFacts[] = [
  layer('c1', 'convolution', 'input', { ...C1, ...FIVE }),
  layer('c1_squash', 'squash', 'c1', C1),
  layer('s2', 'subsampling', 'c1_squash', { ...S2, ...TWO, parameters: 12, weights: ['s2.coefficient', 's2.bias'] }),
  layer('s2_squash', 'squash', 's2', S2),
  layer('c3', 'partial-convolution', 's2_squash', { ...C3, ...FIVE, feeds: TABLE_I }),
  layer('c3_squash', 'squash', 'c3', C3),
  layer('s4', 'subsampling', 'c3_squash', { ...S4, ...TWO, parameters: 32, weights: ['s4.coefficient', 's4.bias'] }),
  layer('s4_squash', 'squash', 's4', S4),
  layer('c5', 'convolution', 's4_squash', { ...C5, ...FIVE }),
  layer('c5_squash', 'squash', 'c5', C5),
  layer('f6', 'linear', 'c5_squash', { ...F6, parameters: 10164 }),
  layer('f6_squash', 'squash', 'f6', F6),
  layer('output', 'rbf', 'f6_squash', OUTPUT),
];

export interface Shape {
  image: [channels: number, height: number, width: number];
  channels: number[];
  convolutions?: number;
  pooling?: 'max' | 'average';
  units?: number[];
  activation?: 'relu' | 'tanh' | 'sigmoid';
  norm?: boolean;
  dropout?: boolean;
  classes?: number;
}

/** Traced layers of a pattern network with size-preserving 3x3 kernels. */
export function patterned(shape: Shape): LayerFacts[] {
  const { channels, convolutions = 1, pooling = 'max', units = [], activation = 'relu', classes = 10 } = shape;
  const layers: LayerFacts[] = [];
  let sides: number[] = shape.image;
  const add = (name: string, kind: string, output_shape: number[], rest: Partial<LayerFacts> = {}) => {
    layers.push(layer(name, kind, layers.at(-1)?.name ?? 'input', { input_shape: sides, output_shape, ...rest }));
    sides = output_shape;
  };
  channels.forEach((maps, block) => {
    for (let number = 1; number <= convolutions; number += 1) {
      const name = `conv${block + 1}_${number}`;
      const kernel = { kernel: [3, 3], stride: [1, 1], padding: [1, 1], parameters: 1 };
      const weights = shape.norm ? [`${name}.weight`] : [`${name}.weight`, `${name}.bias`];
      add(name, 'convolution', [maps, ...sides.slice(1)], { ...kernel, weights });
      if (shape.norm) add(`${name}_norm`, 'batch-normalization', sides, { parameters: 2 * maps, epsilon: 1e-5 });
      add(`${name}_${activation}`, activation, sides);
    }
    const half = sides.slice(1).map((side) => Math.floor(side / 2));
    add(`pool${block + 1}`, `${pooling}-pooling`, [sides[0] ?? 1, ...half], TWO);
  });
  sides = [sides.reduce((product, side) => product * side, 1)];
  units.forEach((count, index) => {
    const name = `fc${index + 1}`;
    add(name, 'linear', [count], { parameters: 1 });
    add(`${name}_${activation}`, activation, [count]);
    if (shape.dropout) add(`${name}_dropout`, 'dropout', [count]);
  });
  add('output', 'linear', [classes], { parameters: 1 });
  return layers;
}
