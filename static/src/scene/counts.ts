/** Numbers of weights of fully connected, locally connected and convolutional layers, and of cheaper ones. */

export interface Layer {
  channels: number;
  height: number;
  width: number;
  filters: number;
  kernel: readonly [number, number];
  stride: readonly [number, number];
  /** Top, bottom, left, right. */
  padding: readonly [number, number, number, number];
  dilation: readonly [number, number];
  groups: number;
}

export const KINDS = ['fully_connected', 'locally_connected', 'convolution'] as const;
export type Kind = (typeof KINDS)[number];

/** A layer in one dimension with few nodes, to show how its weights are shared. */
export interface Row {
  inputs: number;
  outputs: number;
  edges: { from: number; to: number; weight: number }[];
  weights: number;
}

/** Output side: floor((i + p - d (k - 1) - 1) / s) + 1, Dumoulin and Visin (2016), relationship 15. */
export function side(length: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((length + padding - dilation * (kernel - 1) - 1) / stride) + 1;
}

/** Connections of one kind of layer; equal numbers in `weight` are one shared weight. */
export function row(kind: Kind, inputs: number, kernel: number, stride: number): Row {
  const outputs = side(inputs, kernel, stride, 0, 1);
  const edges: Row['edges'] = [];
  for (let to = 0; to < outputs; to += 1) {
    const first = kind === 'fully_connected' ? 0 : to * stride;
    const count = kind === 'fully_connected' ? inputs : kernel;
    for (let at = 0; at < count; at += 1) {
      edges.push({ from: first + at, to, weight: kind === 'convolution' ? at : edges.length });
    }
  }
  return { inputs, outputs, edges, weights: new Set(edges.map(({ weight }) => weight)).size };
}

/** Length of a bar in proportion to the longest; never too short to be seen. */
export function bar(count: number, most: number, room: number): number {
  if (count <= 0 || most <= 0) return 0;
  return Math.max(1.5, Math.min(room, (room * count) / most));
}
