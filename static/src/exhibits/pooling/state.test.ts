/** The state of the pooling exhibit: invalid settings keep the figure, positions wait for their input. */

import { beforeEach, describe, expect, it } from 'vitest';

import { LENET5 } from '../../scene/network';
import { fromNested, volume } from '../../scene/volume';
import { PoolingState } from './state.svelte';

const values = '1 3 2 1; 4 6 5 0; 3 1 1 2; 2 2 4 8';
let exhibit: PoolingState;

beforeEach(() => {
  exhibit = new PoolingState();
  exhibit.setAttributes({ values });
});

const output = () => [...(exhibit.pooled?.output.data ?? [])];

it('shows the pooled numbers at once, the last window first', () => {
  expect(output()).toEqual([6, 5, 3, 8]);
  expect(exhibit.followed).toEqual({ row: 1, col: 1 });
  expect(exhibit.attributes).toMatchObject({ values, window: '2', stride: '2' });
});

describe('what cannot be', () => {
  it('is complained about at its control, and the last good picture stays', () => {
    exhibit.change({ window: [9, 9] });
    expect(exhibit.wrongWith('window')?.values).toEqual({ most: '4×4', value: '9×9' });
    expect(exhibit.wrongWith('stride')).toBeNull();
    expect(output()).toEqual([6, 5, 3, 8]);
    exhibit.change({ window: [4, 4] });
    expect(exhibit.wrong).toBeNull();
    expect(output()).toEqual([8]);
  });

  it('from the start leaves a picture with a window that fits', () => {
    const other = new PoolingState();
    other.setAttributes({ values: '3', window: '5' });
    expect(other.wrongWith('window')).not.toBeNull();
    expect(other.pooled?.output.data).toEqual(Float32Array.of(3));
  });
});

describe('the server', () => {
  it('replaces the preview of what it was asked, and of nothing else', () => {
    const asked = exhibit.shown;
    if (asked === null) throw new Error('nothing is shown');
    exhibit.change({ kind: 'average' });
    exhibit.answered(asked, { output: volume(1, 2, 2), before: null, indices: null });
    expect(exhibit.confirmed).toBe(false);
    expect(output()).toEqual([3.5, 2, 2, 3.75]);
    if (exhibit.shown === null) throw new Error('nothing is shown');
    exhibit.answered(exhibit.shown, { output: volume(1, 2, 2, [1, 2, 3, 4]), before: null, indices: null });
    expect(exhibit.confirmed).toBe(true);
    expect(output()).toEqual([1, 2, 3, 4]);
  });

  it('says the gradient of one position only', () => {
    if (exhibit.shown === null) throw new Error('nothing is shown');
    exhibit.cameBack(exhibit.shown, 3, volume(1, 4, 4));
    expect(exhibit.gradient?.data.some((value) => value !== 0)).toBe(false);
    exhibit.player.step(-1);
    expect(exhibit.gradient?.data.reduce((sum, value) => sum + value, 0)).toBe(3);
  });
});

it('a place that was asked for waits until the picture is there', () => {
  exhibit = new PoolingState();
  exhibit.setAttributes({ input: 'digit:3', size: '4', position: '2' });
  const { wanted } = exhibit;
  expect(wanted?.source).toBe('digit:3');
  expect(exhibit.attributes.position).toBe('2');
  exhibit.arrive('something else', fromNested([[1]]));
  expect(exhibit.shown).toBeNull();
  exhibit.arrive(wanted?.key ?? '', volume(1, 4, 4));
  expect(exhibit.followed).toEqual({ row: 1, col: 0 });
});

it('an attribute that is set later changes only what it says', () => {
  exhibit.player.scrub(1);
  exhibit.setAttributes({ values, kind: 'l2' });
  expect(exhibit.player.position).toBe(1);
  expect(exhibit.setup.kind).toBe('l2');
  exhibit.setAttributes({ values, kind: 'l2', position: '0' });
  expect(exhibit.player.position).toBe(0);
});

it('a movement begins at rest in the middle and is no farther than the input is wide', () => {
  exhibit.setAttributes({ values, view: 'invariance', amount: '7' });
  exhibit.learned('box', [[1]]);
  expect([exhibit.amounts[0], exhibit.amounts.at(-1), exhibit.amount]).toEqual([-4, 4, 4]);
  expect(exhibit.amounts[(exhibit.amounts.length - 1) / 2]).toBe(0);
  exhibit.move('rotate');
  expect(exhibit.amount).toBe(15);
});

describe('a network of the lab', () => {
  const NETWORK = { ...LENET5, name: 'run:a' };

  it('is waited for, and then shows a map of what its first pooling reads', () => {
    exhibit = new PoolingState();
    exhibit.setAttributes({ model: 'run:a' });
    expect([exhibit.wanted, exhibit.shown]).toEqual([null, null]);
    exhibit.mapped.network = NETWORK;
    exhibit.settle();
    expect(exhibit.wanted).toMatchObject({ source: 'map:run:a:c1_relu:0', network: NETWORK });
    exhibit.choose({ kind: 'drawing' });
    expect(exhibit.wanted?.source).toBe('map:run:a:c1_relu:0:drawing');
  });

  it('has kernels of its own size', () => {
    exhibit.kernels.selection.network = NETWORK;
    exhibit.setAttributes({ values: '1 2 3 4 5 6; 1 2 3 4 5 6; 1 2 3 4 5 6; 1 2 3 4 5 6; 1 2 3 4 5 6; 1 2 3 4 5 6', view: 'stride', model: 'run:a' }); // prettier-ignore
    expect(exhibit.kernel).toBe('run:a:c1:0');
    expect(exhibit.wrong).toBeNull();
    exhibit.change({ window: [3, 3] }); // of the map, which is 2 x 2
    expect(exhibit.wrongWith('window')).not.toBeNull();
  });

  it('that is opened by its map brings its kernels along', () => {
    exhibit.openMap('run:a');
    expect([exhibit.mapped.model, exhibit.kernels.selection.model]).toEqual(['run:a', 'run:a']);
    exhibit.look('stride');
    exhibit.openMap('lenet5');
    expect([exhibit.mapped.model, exhibit.kernels.selection.model]).toEqual(['lenet5', 'run:a']);
  });

  it('without a convolution has no maps', () => {
    exhibit.mapped.network = { ...NETWORK, layers: NETWORK.layers.slice(6) };
    exhibit.openMap('run:a');
    expect([exhibit.mapless, exhibit.wanted]).toEqual([true, null]);
  });
});
