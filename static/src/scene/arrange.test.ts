/** The figure's boxes: whole pixels, inside the width, never one over another, from a phone to 4K. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import { arrange, hit, kernelBoxes, neighbour, type AvailableSize, type Scene } from './arrange';
import { overlap, type Box } from './box';
import { columns } from './column';
import { patterned, PUBLISHED, TODAY, type Shape } from './example';

function room(width: number, ratio = 1, height = 660): AvailableSize {
  const surface = width < 960 ? Math.min(width, 328) : Math.min(320, width * 0.18);
  return {
    width,
    height,
    ratio,
    surface: { width: surface, height: 440 },
    scores: { width: Math.min(240, Math.max(168, width * 0.135)), height: 430 },
    input: { width: 32, height: 32 },
  };
}

function boxes(scene: Scene): Box[] {
  return [
    scene.surface,
    scene.scores,
    ...scene.input.tiles.map((tile) => tile.box),
    ...scene.blocks.flatMap((block) => [
      ...block.tiles.map((tile) => tile.box),
      ...block.tiles.flatMap((tile) => tile.kernel ?? []),
      block.head,
      block.legend,
    ]),
  ];
}

const ROOMS = [328, 360, 412, 600, 736, 900, 960, 1232, 1366, 1872, 2512, 3552, 3840].flatMap((width) =>
  [1, 1.25, 1.5, 2, 3].map((ratio) => ({ width, ratio })),
);

describe.each([
  ['today', TODAY],
  ['1998', PUBLISHED],
])('the figure of LeNet-5 (%s)', (_, layers) => {
  const all = columns(layers);

  it.each(ROOMS)('has whole device pixels and stays within $width px at ratio $ratio', ({ width, ratio }) => {
    const scene = arrange(all, room(width, ratio));
    for (const box of boxes(scene)) {
      for (const length of [box.x, box.y, box.width, box.height]) expect(Number.isInteger(length)).toBe(true);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(Math.floor(width * ratio));
      expect(box.y + box.height).toBeLessThanOrEqual(scene.height);
    }
    for (const block of scene.blocks) {
      expect(Number.isInteger(block.cell)).toBe(true);
      expect(block.cell).toBeGreaterThanOrEqual(1);
    }
  });

  it.each(ROOMS)('puts nothing over anything else at $width px, ratio $ratio', ({ width, ratio }) => {
    const all_ = boxes(arrange(all, room(width, ratio)));
    const crossing = all_.flatMap((a, at) => all_.slice(at + 1).filter((b) => overlap(a, b)));
    expect(crossing).toEqual([]);
  });

  it('draws every map in proportion to its side', () => {
    const scene = arrange(all, room(1232));
    const maps = scene.blocks.filter((block) => !block.column.vector);
    expect(new Set([scene.input.cell, ...maps.map((block) => block.cell)]).size).toBe(1);
    for (const { column, tiles, cell } of maps) expect(tiles[0]?.box.width).toBe(column.width * cell);
  });

  it('is wholly in view at 1280 by 800', () => {
    expect(arrange(all, room(1232, 1, 660)).height).toBeLessThanOrEqual(660);
  });

  it('gives every value two pixels at 1024 by 768', () => {
    const narrow = room(976, 1, 596);
    const scene = arrange(all, { ...narrow, surface: { ...narrow.surface, width: 216 } });
    expect([scene.mode, scene.input.cell]).toEqual(['wide', 2]);
  });

  it('uses the room of a larger screen', () => {
    const cell = (width: number, height: number) => arrange(all, room(width, 1, height)).input.cell;
    expect(cell(1872, 900)).toBeGreaterThan(cell(1232, 660));
    expect(cell(3552, 1900)).toBeGreaterThan(cell(1872, 900));
  });

  it('runs downwards on a phone, with cells that can be seen', () => {
    const scene = arrange(all, room(328));
    expect(scene.mode).toBe('tall');
    expect(scene.input.cell).toBeGreaterThanOrEqual(3);
    const tops = scene.blocks.map((block) => block.box.y);
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
  });

  it('finds each value under the point where it is drawn', () => {
    for (const width of [328, 1232]) {
      const scene = arrange(all, room(width));
      for (const { tiles, cell, column } of scene.blocks) {
        for (const tile of tiles) {
          const [row, col] = [column.height - 1, Math.floor(column.width / 2)];
          const found = hit(scene, tile.box.x + (col + 0.5) * cell, tile.box.y + (row + 0.5) * cell);
          expect(found).toEqual({ layer: tile.layer, map: tile.map, row, col });
        }
      }
    }
  });
});

it('finds nothing between the tiles', () => {
  const scene = arrange(columns(TODAY), room(1232));
  const tile = scene.blocks[0]?.tiles[0];
  expect(hit(scene, (tile?.box.x ?? 0) - 3, tile?.box.y ?? 0)).toBeNull();
});

it('leads from map to map by arrow keys and stops at the ends', () => {
  const [column] = columns(TODAY);
  if (column === undefined) throw new Error('no column');
  const block = { across: 2, column };
  expect(neighbour(block, 0, 'ArrowRight')).toBe(1);
  expect(neighbour(block, 0, 'ArrowDown')).toBe(2);
  expect(neighbour(block, 0, 'ArrowUp')).toBe(0);
  expect(neighbour(block, 5, 'ArrowRight')).toBe(5);
  expect(neighbour(block, 5, 'ArrowUp')).toBe(3);
  expect(neighbour(block, 2, 'Home')).toBe(0);
  expect(neighbour(block, 2, 'End')).toBe(5);
});

const PATTERNS: [string, Shape][] = [
  ['of no hidden layer', { image: [1, 28, 28], channels: [] }],
  ['of three deep blocks', { image: [1, 28, 28], channels: [16, 32, 64], convolutions: 2, units: [128], norm: true }],
  ['that reads colours', { image: [3, 20, 24], channels: [4], pooling: 'average', classes: 3 }],
  ['of large maps', { image: [3, 64, 64], channels: [16, 32, 64, 64], units: [256, 64] }],
  ['of 512 maps', { image: [1, 28, 28], channels: [8, 512], units: [4096], classes: 1000 }],
  ['of odd numbers', { image: [1, 32, 32], channels: [13, 47], units: [127] }],
];

describe.each(PATTERNS)('the figure of a network %s', (_, shape) => {
  const all = columns(patterned(shape));
  const [channels, height, width] = shape.image;
  const figure = (across: number, ratio: number) => {
    const given = room(across, ratio);
    return arrange(all, { ...given, input: { channels, height, width } });
  };

  it.each([
    [328, 3],
    [360, 1],
    [900, 1],
    [960, 1.25],
    [1232, 1],
    [1872, 1],
    [2512, 2],
  ])('stays within %d px at ratio %d, with nothing over anything else', (across, ratio) => {
    const scene = figure(across, ratio);
    expect(scene.blocks.map(({ tiles }) => tiles.length)).toEqual(all.slice(0, -1).map(({ count }) => count));
    expect(scene.input.tiles).toHaveLength(channels);
    for (const box of boxes(scene)) {
      for (const length of [box.x, box.y, box.width, box.height]) expect(Number.isInteger(length)).toBe(true);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(Math.floor(across * ratio));
      expect(box.y + box.height).toBeLessThanOrEqual(scene.height);
    }
    const around = [
      scene.surface,
      scene.scores,
      scene.input.box,
      ...scene.blocks.flatMap(({ head, box, legend }) => [head, box, legend]),
    ];
    expect(around.flatMap((a, at) => around.slice(at + 1).filter((b) => overlap(a, b)))).toEqual([]);
    for (const { tiles } of scene.blocks) {
      const [first, second] = tiles;
      if (first && second) expect(overlap(first.box, second.box)).toBe(false);
    }
  });

  it('finds each channel of the picture under the point where it is drawn', () => {
    const scene = figure(1232, 1);
    for (const { box, map } of scene.input.tiles) {
      expect(hit(scene, box.x + box.width - 1, box.y)).toEqual({ layer: 'input', map, row: 0, col: width - 1 });
    }
  });
});

it('goes on in another line where the maps of all columns could not be seen in one', () => {
  const deep = columns(patterned({ image: [1, 28, 28], channels: [16, 32, 64], convolutions: 2, units: [128] }));
  const scene = arrange(deep, room(1232));
  expect(new Set(scene.blocks.map(({ head }) => head.y)).size).toBe(2);
  expect(Math.min(...scene.blocks.map(({ cell }) => cell))).toBeGreaterThanOrEqual(2);
  const wide = arrange(deep, room(1872, 1, 900));
  expect(new Set(wide.blocks.map(({ head }) => head.y)).size).toBe(1);
});

it('puts the kernels of three channels side by side below their map', () => {
  const [column] = columns(patterned({ image: [3, 20, 24], channels: [4] }));
  if (column === undefined) throw new Error('no column');
  const boxes = kernelBoxes({ x: 10, y: 5, width: 3 * 9 + 2 * 2, height: 9 }, column, 1);
  expect(boxes.map(({ x, width }) => [x, width])).toEqual([
    [10, 9],
    [21, 9],
    [32, 9],
  ]);
});
