/** Layers in words: what a head, a map or a value is, in the language of the page. */

import { shape, type Column } from '../../scene/column';
import type { Place } from '../../scene/reads';
import { known, say } from '../../words/words';

/** `C1`, or the word for the picture and for the output. */
export function title(layer: string, column: Column | null): string {
  if (layer === 'input') return say('layer.input');
  if (column === null) return layer;
  return column.before === 'output' ? say('layer.output') : column.title;
}

function kernelText(column: Column): string {
  return (column.facts.kernel ?? []).join('×');
}

/** What a layer does, in two words: `5×5 convolution`. */
export function operation(column: Column): string {
  const key = `layer.operation.${column.kind}`;
  return known(key) ? say(key, { kernel: kernelText(column) }) : column.kind;
}

/** One sentence about a layer, with its kernel, its stride and its receptive field. */
export function about(column: Column, from: string): string {
  const key = `layer.about.${column.kind}`;
  const { facts } = column;
  const values = {
    title: title(column.shown, column),
    shape: shape(column),
    from: from === 'input' ? say('layer.the_input') : from,
    count: column.count,
    kernel: kernelText(column),
    stride: String(facts.stride?.[0] ?? 1),
    field: facts.receptive_field == null ? '' : `${facts.receptive_field}×${facts.receptive_field}`,
    parameters: facts.parameters,
  };
  const sentences = [
    known(key) ? say(key, values) : `${values.title}: ${column.kind}.`,
    column.activation === null ? '' : say(`layer.then.${column.activation}`),
    facts.receptive_field != null && !column.vector ? say('layer.field', values) : '',
    facts.parameters > 0 ? say('layer.parameters', { count: facts.parameters }) : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(say('layer.between'));
}

/** `C3, map 5 of 16`; units are numbered from 0 as in the paper's Table I, and so are maps. */
export function placeName(place: Place, column: Column | null): string {
  if (column === null) return say('layer.input');
  const values = { title: title(place.layer, column), map: String(place.map), count: column.count };
  return say(column.vector ? 'map.unit' : 'map.name', values);
}

/** One sentence saying what a map is. */
export function aboutMap(place: Place, column: Column | null, from: string, inputs: number[]): string {
  if (column === null) return say('map.about.input');
  const key =
    from === 'input'
      ? 'map.about.first'
      : column.vector && column.facts.kernel
        ? 'map.about.unit'
        : `map.about.${column.kind}`;
  const list = inputs.length > 8 ? say('map.all', { count: inputs.length }) : inputs.join(say('map.list'));
  return known(key)
    ? say(key, {
        map: String(place.map),
        from: from === 'input' ? say('layer.the_input') : from,
        inputs: list,
        count: inputs.length,
        kernel: kernelText(column),
        reads: `${inputs.length}`,
      })
    : about(column, from);
}
