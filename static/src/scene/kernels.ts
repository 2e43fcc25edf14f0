/** Named kernels: their weights, sizes and angles. */

export const PRESETS = [
  'identity',
  'vertical-edge',
  'horizontal-edge',
  'sobel-x',
  'sobel-y',
  'prewitt-x',
  'prewitt-y',
  'scharr-x',
  'scharr-y',
  'laplacian',
  'sharpen',
  'box',
  'gaussian',
  'emboss',
  'gabor',
] as const;
export type Preset = (typeof PRESETS)[number];

export interface Shape {
  height: number;
  width: number;
}

export interface Choices {
  size: Shape;
  /** Standard deviation of a Gaussian or of a Gabor's envelope, cells. */
  sigma: number;
  /** Angle of a Gabor's wave in degrees; 0 responds to vertical edges. */
  angle: number;
  /** Wavelength of a Gabor, cells. */
  wavelength: number;
}

const ASPECT = 0.5; // a Gabor's envelope is twice as long as it is wide, as in simple cells (Daugman 1985)

const DECIMALS = 7; // decimals of a Gabor, so that the zeros of its wave are exact

const FIXED: Partial<Record<Preset, number[][]>> = {
  'vertical-edge': across([1, 1, 1]),
  'sobel-x': across([1, 2, 1]),
  'prewitt-x': across([1, 1, 1]),
  'scharr-x': across([3, 10, 3]),
  'horizontal-edge': turned(across([1, 1, 1])),
  'sobel-y': turned(across([1, 2, 1])),
  'prewitt-y': turned(across([1, 1, 1])),
  'scharr-y': turned(across([3, 10, 3])),
  laplacian: [
    [0, 1, 0],
    [1, -4, 1],
    [0, 1, 0],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  emboss: [
    [-2, -1, 0],
    [-1, 1, 1],
    [0, 1, 2],
  ],
};

/** Left minus right, each row with its weight. */
function across(weights: number[]): number[][] {
  return weights.map((weight) => [weight, 0, weight === 0 ? 0 : -weight]);
}

/** Transposes the rows and columns. */
function turned(rows: number[][]): number[][] {
  return (rows[0] ?? []).map((_, col) => rows.map((row) => row[col] ?? 0));
}

export function isPreset(name: string): name is Preset {
  return (PRESETS as readonly string[]).includes(name);
}

/** True if the kernel has a selectable size. */
export function resizable(preset: Preset): boolean {
  return !(preset in FIXED);
}

/** Weights of a named kernel, row by row. */
export function kernel(preset: Preset, choices: Choices): number[][] {
  const fixed = FIXED[preset];
  if (fixed !== undefined) return fixed;
  const { height, width } = choices.size;
  if (preset === 'identity') {
    return grid(choices.size, (row, col) => Number(row === (height - 1) >> 1 && col === (width - 1) >> 1));
  }
  if (preset === 'box') return grid(choices.size, () => 1 / (height * width));
  return preset === 'gaussian' ? gaussian(choices) : gabor(choices);
}

function grid({ height, width }: Shape, value: (row: number, col: number) => number): number[][] {
  return Array.from({ length: height }, (_, row) => Array.from({ length: width }, (_, col) => value(row, col)));
}

/** exp(-(x² + y²) / 2σ²), divided by its sum. */
function gaussian({ size, sigma }: Choices): number[][] {
  const [middle, centre] = [(size.height - 1) / 2, (size.width - 1) / 2];
  const bell = grid(size, (row, col) => Math.exp(-((row - middle) ** 2 + (col - centre) ** 2) / (2 * sigma ** 2)));
  const sum = bell.flat().reduce((total, value) => total + value, 0);
  return bell.map((row) => row.map((value) => value / sum));
}

/** A cosine wave under a Gaussian envelope. */
function gabor({ size, sigma, angle, wavelength }: Choices): number[][] {
  const [middle, centre] = [(size.height - 1) / 2, (size.width - 1) / 2];
  const turn = (angle * Math.PI) / 180;
  return grid(size, (row, col) => {
    const [x, y] = [col - centre, row - middle];
    const along = x * Math.cos(turn) + y * Math.sin(turn);
    const beside = -x * Math.sin(turn) + y * Math.cos(turn);
    const envelope = Math.exp(-(along ** 2 + (ASPECT * beside) ** 2) / (2 * sigma ** 2));
    return Number((envelope * Math.cos((2 * Math.PI * along) / wavelength)).toFixed(DECIMALS)) + 0;
  });
}

/** A kernel turned clockwise by quarter turns, for further filters of the same preset. */
export function quarterTurns(rows: number[][], turns: number): number[][] {
  let result = rows;
  for (let turn = 0; turn < turns % 4; turn += 1) result = turned([...result].reverse());
  return result;
}

/** Kernels of `count` filters of one preset: a Gabor at evenly spaced angles, any other turned by quarter turns. */
export function family(preset: Preset, choices: Choices, count: number): number[][][] {
  const square = choices.size.height === choices.size.width || !resizable(preset);
  return Array.from({ length: count }, (_, index) => {
    if (preset === 'gabor') return kernel(preset, { ...choices, angle: choices.angle + (180 * index) / count });
    return quarterTurns(kernel(preset, choices), square ? index : (index % 2) * 2);
  });
}
