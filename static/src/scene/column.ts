/** Columns of the figure: a layer together with the element-wise layers that follow it. */

import { canBeNegative, isActivation, layerTitle, type Activation, type Layer } from './network';

/** The required part of a layer; a `LayerRow` of the server has it. */
export interface LayerFacts extends Layer {
  stride?: number[] | null;
  parameters: number;
  macs: number;
  connections: number;
  receptive_field?: number | null;
  jump?: number | null;
  feeds?: number[][] | null;
  epsilon?: number | null;
}

export interface Column {
  /** The first layer of the column, `c1`: the output before the element-wise layers. */
  before: string;
  /** The layer whose output is drawn, `c1_relu`; equal to `before` if nothing follows. */
  output: string;
  title: string;
  kind: string;
  /** Element-wise layers in forward order: normalization, activation, dropout. */
  elementwise: LayerFacts[];
  activation: Activation | null;
  /** Feature maps; each unit of a vector counts as a map of 1x1. */
  count: number;
  height: number;
  width: number;
  /** True if the values are single units. */
  vector: boolean;
  /** True if a drawn value can be negative. */
  signed: boolean;
  /** The layer's input; `input` is the picture. */
  from: string;
  facts: LayerFacts;
}

/** True if each output value depends only on the value at its position. */
function follows({ kind }: LayerFacts): boolean {
  return isActivation(kind) || kind === 'batch-normalization' || kind === 'dropout';
}

/** Joins every layer with the element-wise layers after it; the last column is the output. */
export function columns(layers: readonly LayerFacts[]): Column[] {
  const columns: Column[] = [];
  for (const facts of layers) {
    const previous = columns.at(-1);
    if (previous !== undefined && follows(facts) && facts.inputs[0] === previous.output) {
      previous.output = facts.name;
      previous.elementwise.push(facts);
      if (isActivation(facts.kind)) previous.activation = facts.kind;
      previous.signed = canBeNegative(facts.kind, previous.signed);
      continue;
    }
    const [count = 1, height = 1, width = 1] = facts.output_shape;
    const from = facts.inputs[0] ?? 'input';
    const source = columns.find((column) => column.output === from);
    columns.push({
      before: facts.name,
      output: facts.name,
      title: layerTitle(facts.name),
      kind: facts.kind,
      elementwise: [],
      activation: null,
      count,
      height,
      width,
      vector: height === 1 && width === 1,
      signed: canBeNegative(facts.kind, source?.signed ?? true),
      from,
      facts,
    });
  }
  return columns;
}

/** True if a layer is drawn in a column or leads to one that is. */
export function holds(column: Column, layer: string): boolean {
  return column.before === layer || column.elementwise.some(({ name }) => name === layer);
}

/** `6@28×28` for maps, `120` for units. */
export function shape(column: Pick<Column, 'count' | 'height' | 'width' | 'vector'>): string {
  return column.vector ? `${column.count}` : `${column.count}@${column.height}×${column.width}`;
}

/** Units per row in a large drawing: F6 as the 7x12 bitmaps of 1998, others nearly square. */
export function rowOf(count: number): number {
  if (count === 84) return 7;
  const side = Math.ceil(Math.sqrt(count));
  for (let across = side; across <= 2 * side; across += 1) if (count % across === 0) return across;
  return side;
}
