/** The neurons stand apart from each other and inside the figure. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import { cellFor, net, neuron, type Shape } from './unrolled-layout';

const SHAPES: [Shape, Shape][] = [
  [
    { channels: 1, height: 8, width: 8 },
    { channels: 1, height: 6, width: 6 },
  ],
  [
    { channels: 2, height: 3, width: 5 },
    { channels: 3, height: 4, width: 7 },
  ],
];

describe.each([328, 700, 1180])('in %i pixels', (width) => {
  it.each(SHAPES)('every neuron has its place', (input, output) => {
    const made = net(input, output, width, 100);
    for (const [shape, sheets] of [
      [input, made.inputs],
      [output, made.outputs],
    ] as const) {
      const places = sheets.flatMap((sheet) =>
        Array.from({ length: shape.height * shape.width }, (_, at) =>
          neuron(made, sheet, Math.floor(at / shape.width), at % shape.width),
        ),
      );
      places.forEach(([x, y], index) => {
        expect(x - made.radius).toBeGreaterThanOrEqual(0);
        expect(x + made.radius).toBeLessThanOrEqual(made.width);
        expect(y + made.radius).toBeLessThanOrEqual(made.height);
        for (const [other, below] of places.slice(index + 1)) {
          expect(Math.hypot(x - other, y - below)).toBeGreaterThanOrEqual(2 * made.radius);
        }
      });
    }
  });
});

it('an 8 by 8 input fits a phone without scrolling', () => {
  const [input, output] = SHAPES[0] ?? [];
  if (input === undefined || output === undefined) throw new Error('no shapes');
  expect(net(input, output, 328, 100).width).toBeLessThanOrEqual(328);
});

it('cells are whole, and never smaller than the least', () => {
  expect(cellFor(25, 700, 3, 32)).toBe(28);
  expect(cellFor(2, 700, 3, 32)).toBe(32);
  expect(cellFor(900, 700, 3, 32)).toBe(3);
});
