/** The other ways to look: the same sum in each, followed by pointer and by key; the server's numbers beside their own question. */

import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Inks } from '../../../draw/inks.svelte';
import { convolve, STILL, type Position, type Problem, type Settings } from '../../../scene/convolution';
import { matrix, matrixShape } from '../../../scene/unrolled';
import { setLanguage } from '../../../words/words';
import Matrix from './Matrix.svelte';
import Network from './Network.svelte';
import Spectrum from './Spectrum.svelte';

const KNOWN: Problem = {
  input: { channels: 1, height: 3, width: 3, data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
  filters: { out: 1, into: 1, height: 2, width: 2, data: Float32Array.from([1, 2, 3, 4]) },
  bias: new Float32Array(),
  settings: STILL,
};
const CELL: Position = { map: 0, row: 1, col: 0 };

const given = (problem: Problem, position = CELL) => ({
  problem,
  output: convolve(problem),
  position,
  inks: new Inks(),
  palette: new Inks().palette('activation'),
  onposition: vi.fn(),
});

const larger = (side: number, settings: Partial<Settings> = {}): Problem => ({
  ...KNOWN,
  input: {
    channels: 1,
    height: side,
    width: side,
    data: Float32Array.from({ length: side * side }, (_, at) => at % 7),
  },
  settings: { ...STILL, ...settings },
});

/** A server that answers every question with what this says. */
function answering(answer: (question: Record<string, unknown>) => unknown): void {
  vi.stubGlobal(
    'fetch',
    vi.fn((_url: URL, { body }: { body: string }) =>
      Promise.resolve(Response.json(answer(JSON.parse(body) as Record<string, unknown>))),
    ),
  );
}

class Unmeasured {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', Unmeasured);
  vi.stubGlobal('fetch', () => new Promise(() => undefined));
});

afterEach(() => {
  cleanup();
  setLanguage('en');
  vi.unstubAllGlobals();
});

describe('the network', () => {
  const edges = (group: string) => Number(document.querySelector(`.${group}`)?.getAttribute('data-count'));
  const node = (name: string) => document.querySelector(`[data-node="${name}"]`) as Element;

  it('has an edge for every product, and lights up those of the chosen output', () => {
    render(Network, given(KNOWN));
    expect(edges('edges')).toBe(16);
    expect(edges('lit')).toBe(4);
    expect(screen.getByTestId('network-chosen').getAttribute('data-at')).toBe('2');
    expect(screen.getByTestId('sum').textContent.replace(/\s+/g, ' ').trim()).toBe('4·1+ 5·2+ 7·3+ 8·4= 67');
  });

  it('follows an input, a weight and an output under the pointer', async () => {
    render(Network, given(KNOWN));
    await fireEvent.pointerOver(node('input 4'), { pointerType: 'mouse' });
    expect(edges('lit')).toBe(4);
    expect(screen.getByTestId('told').textContent).toBe(
      "Input row 1, column 1 has the value 5 and reaches 4 outputs, each over the weight of the edge's colour.",
    );
    await fireEvent.pointerOver(node('input 0'), { pointerType: 'mouse' });
    expect(edges('lit')).toBe(1);
    await fireEvent.pointerEnter(document.querySelector('[data-weight="3"]') as Element, { pointerType: 'mouse' });
    expect(edges('lit')).toBe(4);
    expect(screen.getByTestId('told').textContent).toContain('Weight d = 4 is shared by 4 connections');
    const colours = [...document.querySelectorAll('.lit line')].map((line) => line.getAttribute('stroke'));
    expect(new Set(colours).size).toBe(1);
  });

  it('takes the place that is clicked, and the one that the arrow keys lead to', async () => {
    const props = given(KNOWN);
    render(Network, props);
    await fireEvent.click(node('output 1'));
    expect(props.onposition).toHaveBeenLastCalledWith({ map: 0, row: 0, col: 1 });
    await fireEvent.keyDown(screen.getByTestId('network-output'), { key: 'ArrowRight' });
    expect(props.onposition).toHaveBeenLastCalledWith({ map: 0, row: 1, col: 1 });
    screen.getByTestId('network-input').focus();
    await fireEvent.keyDown(screen.getByTestId('network-input'), { key: 'ArrowRight' });
    expect(edges('lit')).toBe(2);
  });

  it.each([
    [larger(28), '28 × 28'],
    [larger(8, { transposed: true, stride: [2, 2] }), '16 × 16'],
  ])('says what is too large, and what is allowed', (problem, size) => {
    render(Network, given(problem));
    expect(screen.getByTestId('refusal').getAttribute('aria-label')).toContain(size);
    expect(screen.queryByTestId('network')).toBeNull();
  });
});

describe('the matrix', () => {
  const answer = (problem: Problem) => {
    const { rows, cols } = matrixShape(problem);
    const cells = Array.from({ length: rows }, () => Array<number>(cols).fill(0));
    for (const { row, col, value } of matrix(problem).entries) (cells[row] ?? [])[col] = value;
    return { matrix: cells, vector: [...problem.input.data], product: [...convolve(problem).data], columns: null };
  };

  it('marks the row and the column of the chosen output, whose sum it writes', () => {
    render(Matrix, given(KNOWN));
    expect(screen.getByTestId('matrix-row').getAttribute('data-row')).toBe('2');
    expect(screen.getByTestId('im2col-column').getAttribute('data-column')).toBe('2');
    expect(screen.getByTestId('sum').getAttribute('data-total')).toBe('67');
    expect(document.querySelectorAll('[data-name="matrix"] [data-at]')).toHaveLength(16);
    expect(document.querySelectorAll('[data-name="columns"] [data-at]')).toHaveLength(16);
  });

  it('shows the numbers of the server where they have come', async () => {
    answering(() => {
      const found = answer(KNOWN);
      return { ...found, product: [37, 47, 67.5, 77] };
    });
    render(Matrix, given(KNOWN));
    await waitFor(() => expect(screen.getByTestId('view-matrix').dataset['served']).toBe('true'));
    expect(screen.getByTestId('sum').getAttribute('data-total')).toBe('67.5');
  });

  it('leaves no server answer beside a question that it does not belong to', async () => {
    answering(() => answer(KNOWN));
    const { rerender } = render(Matrix, given(KNOWN));
    await waitFor(() => expect(screen.getByTestId('view-matrix').dataset['served']).toBe('true'));
    vi.stubGlobal('fetch', () => new Promise(() => undefined));
    await rerender(given(larger(4)));
    expect(screen.getByTestId('view-matrix').dataset['served']).toBe('false');
    expect(screen.getByTestId('matrix-row').getAttribute('data-row')).toBe('3');
  });

  it('walks from row to row, and takes the column that is clicked', async () => {
    const props = given(KNOWN);
    render(Matrix, props);
    await fireEvent.keyDown(screen.getByTestId('matrix-rows'), { key: 'ArrowRight' });
    expect(props.onposition).toHaveBeenLastCalledWith({ map: 0, row: 1, col: 1 });
  });

  it('says what is too large before anything is computed', () => {
    const asked = vi.fn();
    vi.stubGlobal('fetch', asked);
    render(Matrix, given(larger(32)));
    expect(screen.getByTestId('refusal').getAttribute('aria-label')).toContain('65,536');
    expect(asked).not.toHaveBeenCalled();
  });

  it('has no im2col where the convolution is transposed, and says why', () => {
    render(Matrix, given({ ...KNOWN, settings: { ...STILL, transposed: true } }));
    expect(screen.queryByTestId('im2col-column')).toBeNull();
    expect(screen.getByTestId('matrix').textContent).toContain('reads no windows');
  });
});

describe('the frequencies', () => {
  it('frame the chosen output in the circular one, with the same value', () => {
    render(Spectrum, given(KNOWN));
    const place = screen.getByTestId('spectrum-cell').getAttribute('data-at');
    expect(place).toBe('3');
    const cell = document.querySelector(`[data-name="circular"] [data-at="${place}"]`);
    expect(Number(cell?.getAttribute('data-value'))).toBeCloseTo(67, 5);
  });

  it('turn the kernel for a convolution and still frame the same window', () => {
    const problem = { ...KNOWN, settings: { ...STILL, flip: true } };
    render(Spectrum, given(problem));
    const place = screen.getByTestId('spectrum-cell').getAttribute('data-at');
    const cell = document.querySelector(`[data-name="circular"] [data-at="${place}"]`);
    expect(Number(cell?.getAttribute('data-value'))).toBeCloseTo(53, 5);
  });

  it('walk over the waves by key, and show the wave', async () => {
    render(Spectrum, given(KNOWN));
    const wave = () => screen.getByTestId('wave');
    expect([wave().dataset['down'], wave().dataset['across']]).toEqual(['0', '1']);
    await fireEvent.keyDown(within(document.body).getByTestId('waves-input'), { key: 'ArrowLeft' });
    expect([wave().dataset['down'], wave().dataset['across']]).toEqual(['0', '0']);
    expect(wave().textContent).toContain('|X| 45 × |K| 10 = |Y| 450');
  });

  it('say in both languages why there are none', () => {
    setLanguage('zh');
    render(Spectrum, given({ ...KNOWN, settings: { ...STILL, transposed: true } }));
    expect(screen.getByTestId('refusal').getAttribute('aria-label')).toContain('转置卷积');
  });
});
