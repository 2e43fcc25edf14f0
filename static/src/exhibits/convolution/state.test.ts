/** A setup that is refused at first has no figure; a later one keeps the last valid figure. */
// @vitest-environment node

import { expect, test } from 'vitest';

import { LENET5 } from '../../scene/network';
import { ConvolutionState } from './state.svelte';

const TOO_LARGE = { values: '1 2; 3 4', kernel: 'box', 'kernel-size': '3' };

test('of a kernel larger than its input nothing is shown, until it fits', () => {
  const model = new ConvolutionState({ ...TOO_LARGE, position: '2' });
  expect(model.complaint).toMatchObject({ field: 'kernel', key: 'too_large' });
  expect(model.blank).toBe(true);
  model.sizeKernel({ height: 1, width: 1 });
  expect(model.complaint).toBeNull();
  expect(model.blank).toBe(false);
  expect([...model.displayed.problem.input.data]).toEqual([1, 2, 3, 4]);
  model.settle();
  expect(model.step).toBe(2);
});

test('what does not fit leaves the last good figure where it is', () => {
  const model = new ConvolutionState({ values: '1 2; 3 4', kernel: 'box', 'kernel-size': '1' });
  const { problem } = model.displayed;
  model.sizeKernel({ height: 3, width: 3 });
  expect(model.complaint).not.toBeNull();
  expect(model.blank).toBe(false);
  expect(model.displayed.problem).toBe(problem);
});

test('of a picture that cannot be fetched nothing is shown, whatever else is set', () => {
  const model = new ConvolutionState({ input: 'digit:21' });
  expect(model.own).toBe(false);
  expect(model.blank).toBe(false);
  model.missed = { key: model.key, text: 'there is none' };
  model.change({ flip: true });
  expect(model.blank).toBe(true);
  expect(model.refused).toEqual({ field: 'input', text: 'there is none' });
  model.choose('ramp');
  expect(model.blank).toBe(false);
  expect(model.refused).toBeNull();
});

test('another size makes a picture or pattern anew, and cuts numbers off', () => {
  const model = new ConvolutionState({ input: 'ramp', size: '9', weights: '1' });
  model.resize({ height: 2, width: 2 });
  expect([...model.problem.input.data]).toEqual([1, 2, 3, 4]);
  const own = new ConvolutionState({ values: '1 2 3; 4 5 6', weights: '1' });
  own.resize({ width: 2 });
  expect([...own.problem.input.data]).toEqual([1, 2, 4, 5]);
});

test('a network that is chosen brings its kernels and a picture, which stays for other kernels', () => {
  const model = new ConvolutionState();
  model.chooseKernel('lenet5');
  model.learned.selection.network = { ...LENET5, name: 'run:a' };
  model.chooseKernel('run:a');
  expect(model.learned.selection.model).toBe('run:a');
  expect(model.attributes).toEqual({ input: 'digit:21', kernel: 'run:a:c1:0' });
  model.chooseKernel('sobel-x');
  expect(model.attributes).toEqual({ input: 'digit:21', kernel: 'sobel-x' });
  expect(model.learned.selection.model).toBe('run:a'); // its kernels are still offered
});

test("a visitor's own numbers are not taken away by a network", () => {
  const model = new ConvolutionState();
  model.edit(0, [[1, 2]]);
  model.learned.selection.network = { ...LENET5, name: 'run:a' };
  model.chooseKernel('run:a');
  expect(model.attributes).toEqual({ input: 'numbers', values: '1 2', kernel: 'run:a:c1:0' });
  expect(model.complaint).toMatchObject({ field: 'kernel', key: 'too_large' });
});

test('of a network that is not there nothing is shown, and a kernel of another kind is shown again', () => {
  const model = new ConvolutionState({ model: 'run:a' });
  expect([model.waiting, model.blank, model.refused]).toEqual([true, true, null]);
  model.learned.selection.problem = 'gone';
  expect(model.refused).toEqual({ field: 'model', text: 'gone' });
  model.change({ kernel: 'box', source: 'ramp' });
  expect([model.waiting, model.blank, model.refused]).toEqual([false, false, null]);
});
