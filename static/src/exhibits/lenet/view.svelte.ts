/** View of a session: columns, the map under the pointer, the selected value. */

import { SvelteMap } from 'svelte/reactivity';

import { columns, holds, type Column } from '../../scene/column';
import { explain, needed, type Explanation, type Parameter, type Source } from '../../scene/explain';
import type { Place } from '../../scene/reads';
import { versionOf } from '../../scene/network';
import type { Session } from '../../state/session.svelte';
import { askParameter } from './parameters';

export interface Pointed extends Place {
  row: number | null;
  col: number | null;
}

export class View {
  pointed = $state.raw<Pointed | null>(null);
  /** Selected value of the detailed map; null: the largest. */
  cell = $state.raw<(Place & { row: number; col: number }) | null>(null);
  #last = $state.raw<Place | null>(null);
  #parameters = new SvelteMap<string, Parameter>();
  #asked: Record<string, boolean> = {};

  columns: Column[];
  /** The selected map, named by the drawn layer: `c3` and `c3_relu` are one column. */
  selected: Place | null;
  shown: Place | null;
  column: Column | null;

  constructor(readonly session: Session) {
    this.columns = $derived(columns(session.layers));
    this.selected = $derived(this.#drawn(session.selected));
    this.shown = $derived(this.#drawn(this.pointed) ?? this.selected ?? this.#drawn(this.#last) ?? this.#first());
    this.column = $derived(this.columns.find((column) => column.output === this.shown?.layer) ?? null);
  }

  point(pointed: Pointed | null): void {
    if (pointed !== null) this.#last = { layer: pointed.layer, map: pointed.map };
    const { row, col } = pointed ?? {};
    if (pointed !== null && row != null && col != null) {
      this.cell = { layer: pointed.layer, map: pointed.map, row, col };
    }
    this.pointed = pointed;
  }

  pin(place: Place): void {
    const pinned = this.selected;
    const same = pinned?.layer === place.layer && pinned.map === place.map;
    this.session.select(same ? null : { layer: place.layer, map: place.map });
  }

  /** Input of a column, possibly the picture. */
  source(column: Column): Source {
    const found = this.columns.find((candidate) => candidate.output === column.from);
    if (found !== undefined) return found;
    const [count = 1, height = 32, width = 32] = this.session.detail?.input_shape ?? [];
    return { output: 'input', count, height, width, vector: false };
  }

  /** Values of the picture. */
  get channels(): number {
    return this.session.detail?.input_shape[0] ?? 1;
  }

  /** Maps requested as float32. */
  wanted(): Place[] {
    const { shown, column } = this;
    const picture = Array.from({ length: this.channels }, (_, map) => ({ layer: 'input', map }));
    if (shown === null || column === null) return picture;
    const maps = needed(column, this.source(column), shown.map);
    return [...picture, ...maps.filter(({ layer }) => layer !== 'input')];
  }

  /** Exact values of one map, or of all units of a vector. */
  exact(layer: string, map: number): Float32Array | null {
    return this.session.frame?.exactValues(layer, map) ?? null;
  }

  explain(column: Column, place: { map: number; row: number; col: number }): Explanation | null {
    return explain(
      column,
      this.source(column),
      place,
      (layer, map) => this.exact(layer, map),
      (name) => this.parameter(name),
      this.session.detail?.targets ?? null,
    );
  }

  /** A parameter, requested on first use; null until loaded. */
  parameter(name: string): Parameter | null {
    const { displayedModel: model, detail } = this.session;
    const key = `${versionOf(detail ?? { name: model })}/${name}`;
    const found = this.#parameters.get(key);
    if (found === undefined && !this.#asked[key]) {
      this.#asked[key] = true;
      void this.#ask(model, name, key);
    }
    return found ?? null;
  }

  async #ask(model: string, name: string, key: string): Promise<void> {
    const parameter = await askParameter(this.session.server, model, name);
    if (parameter !== null) this.#parameters.set(key, parameter);
    else this.#asked[key] = false; // it is asked for again when it is next needed
  }

  /** The same selection named by the drawn layer; null if the network has no such map. */
  #drawn(place: Place | null): Place | null {
    if (place === null) return null;
    if (place.layer === 'input') return place.map < this.channels ? place : null;
    const column = this.columns.find((candidate) => holds(candidate, place.layer));
    return column !== undefined && place.map < column.count ? { layer: column.output, map: place.map } : null;
  }

  #first(): Place | null {
    const column = this.columns[0];
    return column === undefined ? null : { layer: column.output, map: 0 };
  }
}
