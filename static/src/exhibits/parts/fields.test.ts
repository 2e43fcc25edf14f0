/** Fields and tables: valid input is reported, invalid input has an error beside it. */

import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';

import NumberField from './NumberField.svelte';
import NumberTable from './NumberTable.svelte';

afterEach(cleanup);

function field(props: Partial<Parameters<typeof render<typeof NumberField>>[1]> = {}) {
  const onchange = vi.fn();
  render(NumberField, { label: 'Stride', value: 2, min: 1, max: 8, integer: true, onchange, ...props });
  return { input: screen.getByRole('spinbutton', { name: 'Stride' }), onchange };
}

test('a number within its bounds is told, as a fraction too', async () => {
  const { input, onchange } = field({ integer: false, min: 0 });
  await fireEvent.input(input, { target: { value: '1/4' } });
  expect(onchange).toHaveBeenLastCalledWith(0.25);
  expect(input).toHaveProperty('value', '1/4');
});

test.each([
  ['abc', 'A number belongs here'],
  ['', 'A number belongs here'],
  ['1.5', '1.5 is not a whole number'],
  ['0', '0 is not between 1 and 8'],
  ['99', '99 is not between 1 and 8'],
])('%j changes nothing and says why', async (typed, said) => {
  const { input, onchange } = field();
  await fireEvent.input(input, { target: { value: typed } });
  expect(onchange).not.toHaveBeenCalled();
  expect(input.getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByRole('alert').textContent).toContain(said);
  await fireEvent.blur(input);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(input).toHaveProperty('value', '2');
});

test('arrows step and stay within the bounds', async () => {
  const { input, onchange } = field({ value: 0.3, min: 0, max: 0.4, step: 0.1, integer: false });
  await fireEvent.keyDown(input, { key: 'ArrowDown' });
  expect(onchange).toHaveBeenLastCalledWith(0.2);
  await fireEvent.keyDown(input, { key: 'ArrowUp' });
  expect(onchange).toHaveBeenLastCalledWith(0.4);
});

test('what the server says is wrong stands beside the field', () => {
  const { input } = field({ problem: '2; at most 1' });
  expect(screen.getByRole('alert').textContent).toBe('2; at most 1');
  expect(input.getAttribute('aria-describedby')).toContain(screen.getByRole('alert').id);
});

function table() {
  const onchange = vi.fn();
  render(NumberTable, {
    label: 'Kernel',
    values: [
      [1, 2],
      [3, 4],
    ],
    onchange,
    maxRows: 3,
    maxCols: 3,
  });
  const cell = (name: string) => screen.getByRole('textbox', { name });
  return { onchange, cell };
}

async function paste(text: string): Promise<void> {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  await fireEvent(screen.getByRole('table'), event);
}

test('a cell that is typed in changes that cell, and −0.5 can be typed sign by sign', async () => {
  const { onchange, cell } = table();
  for (const typed of ['-', '-0', '-0.', '-0.5']) {
    await fireEvent.input(cell('row 2, column 1'), { target: { value: typed } });
    expect(cell('row 2, column 1')).toHaveProperty('value', typed);
  }
  expect(onchange).toHaveBeenLastCalledWith([
    [1, 2],
    [-0.5, 4],
  ]);
});

test('what is no number is said with its place, and the last numbers stay', async () => {
  const { onchange, cell } = table();
  await fireEvent.input(cell('row 1, column 2'), { target: { value: 'x' } });
  expect(onchange).not.toHaveBeenCalled();
  expect(screen.getByRole('alert').textContent).toBe('Row 1, column 2: “x” is not a number.');
});

test('a spreadsheet is pasted whole', async () => {
  const { onchange } = table();
  await paste('1\t2\t3\n4\t5\t6');
  expect(onchange).toHaveBeenCalledExactlyOnceWith([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test.each([
  ['1 2\n3', 'Row 2 is 1 long, the first row 2'],
  ['1 2\n3 x', 'Row 2, column 2: “x” is not a number'],
  ['1 2 3 4', '1 × 4 numbers are too many: at most 3 × 3'],
])('a table like %j is refused with its reason', async (text, said) => {
  const { onchange } = table();
  await paste(text);
  expect(onchange).not.toHaveBeenCalled();
  expect(screen.getByRole('alert').textContent).toContain(said);
});

test('arrows and Enter walk from cell to cell', async () => {
  const { cell } = table();
  cell('row 1, column 1').focus();
  await fireEvent.keyDown(cell('row 1, column 1'), { key: 'Enter' });
  expect(document.activeElement).toBe(cell('row 2, column 1'));
  await fireEvent.keyDown(cell('row 2, column 1'), { key: 'ArrowRight' });
  expect(document.activeElement).toBe(cell('row 2, column 2'));
  await fireEvent.keyDown(cell('row 2, column 2'), { key: 'ArrowUp' });
  expect(document.activeElement).toBe(cell('row 1, column 2'));
});
