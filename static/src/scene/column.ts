/** The columns of the figure: a traced layer together with what follows it value by value. */

import { canBeNegative, isActivation, layerTitle, type Activation, type Layer } from './network';

/** What a column needs to know of a layer; a `LayerRow` from the server is one. */
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
  /** The layer that the column begins with, `c1`: its output is the value before what follows. */
  before: string;
  /** The layer whose output is drawn, `c1_relu`; the same as `before` where nothing follows. */
  shown: string;
  title: string;
  kind: string;
  /** The layers that follow value by value, in forward order: normalization, activation, dropout. */
  then: LayerFacts[];
  activation: Activation | null;
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

/** Whether each value that a layer answers is made of the one value at its place. */
function follows({ kind }: LayerFacts): boolean {
  return isActivation(kind) || kind === 'batch-normalization' || kind === 'dropout';
}

/** Joins every layer with what follows it value by value; the last column is the output. */
export function columns(layers: readonly LayerFacts[]): Column[] {
  const found: Column[] = [];
  for (const facts of layers) {
    const last = found.at(-1);
    if (last !== undefined && follows(facts) && facts.inputs[0] === last.shown) {
      last.shown = facts.name;
      last.then.push(facts);
      if (isActivation(facts.kind)) last.activation = facts.kind;
      last.signed = canBeNegative(facts.kind, last.signed);
      continue;
    }
    const [count = 1, height = 1, width = 1] = facts.output_shape;
    const from = facts.inputs[0] ?? 'input';
    const source = found.find((column) => column.shown === from);
    found.push({
      before: facts.name,
      shown: facts.name,
      title: layerTitle(facts.name),
      kind: facts.kind,
      then: [],
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
  return found;
}

/** Whether a layer is drawn in a column, or is one of those that lead to what is drawn. */
export function holds(column: Column, layer: string): boolean {
  return column.before === layer || column.then.some(({ name }) => name === layer);
}

/** `6@28×28` for maps, `120` for units. */
export function shape(column: Pick<Column, 'count' | 'height' | 'width' | 'vector'>): string {
  return column.vector ? `${column.count}` : `${column.count}@${column.height}×${column.width}`;
}

/** How many units of a vector stand in a row when they are drawn large: F6 as the 7x12 bitmaps of 1998, others nearly square. */
export function rowOf(count: number): number {
  if (count === 84) return 7;
  const side = Math.ceil(Math.sqrt(count));
  for (let across = side; across <= 2 * side; across += 1) if (count % across === 0) return across;
  return side;
}
