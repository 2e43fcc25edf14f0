/** The columns of the figure: a traced layer together with the non-linearity that follows it. */

/** What a column needs to know of a layer; a `LayerRow` from the server is one. */
export interface LayerFacts {
  name: string;
  kind: string;
  inputs: string[];
  input_shape: number[];
  output_shape: number[];
  kernel?: number[] | null;
  stride?: number[] | null;
  padding?: number[] | null;
  parameters: number;
  macs: number;
  connections: number;
  receptive_field?: number | null;
  jump?: number | null;
  feeds?: number[][] | null;
  weights?: string[];
}

export interface Column {
  /** The layer with the weights, `c1`: its output is the value before the non-linearity. */
  before: string;
  /** The layer whose output is drawn, `c1_relu`; the same as `before` where no non-linearity follows. */
  shown: string;
  title: string;
  kind: string;
  activation: 'relu' | 'squash' | null;
  /** Feature maps; a vector has as many maps as it has units, each of 1x1. */
  count: number;
  height: number;
  width: number;
  /** Whether the values are single units and not maps. */
  vector: boolean;
  /** Whether a drawn value can be negative. */
  signed: boolean;
  /** The layer that this one reads; `input` is the picture. */
  from: string;
  facts: LayerFacts;
}

/** The column that stands for the picture as the network reads it. */
export interface InputFacts {
  height: number;
  width: number;
}

const ACTIVATIONS = new Set(['relu', 'squash']);

/** Joins every layer with the non-linearity after it; the last column is the output. */
export function columns(layers: readonly LayerFacts[]): Column[] {
  const found: Column[] = [];
  for (const facts of layers) {
    const last = found.at(-1);
    if (last !== undefined && ACTIVATIONS.has(facts.kind) && facts.inputs[0] === last.shown) {
      last.shown = facts.name;
      last.activation = facts.kind as 'relu' | 'squash';
      last.signed = facts.kind === 'squash';
      continue;
    }
    const [count = 1, height = 1, width = 1] = facts.output_shape;
    const from = facts.inputs[0] ?? 'input';
    const source = found.find((column) => column.shown === from);
    found.push({
      before: facts.name,
      shown: facts.name,
      title: facts.name.toUpperCase(),
      kind: facts.kind,
      activation: null,
      count,
      height,
      width,
      vector: height === 1 && width === 1,
      signed: facts.kind === 'rbf' ? false : facts.kind === 'max-pooling' ? (source?.signed ?? true) : true,
      from,
      facts,
    });
  }
  return found;
}

/** `6@28×28` for maps, `120` for units. */
export function shape(column: Pick<Column, 'count' | 'height' | 'width' | 'vector'>): string {
  return column.vector ? `${column.count}` : `${column.count}@${column.height}×${column.width}`;
}
