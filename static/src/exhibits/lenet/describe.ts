/** Descriptions of layers, maps and values in the page's language. */

import { shape, type Column } from '../../scene/column';
import type { Place } from '../../scene/reads';
import { hasMessage, say } from '../../words/words';

const COLOURS = ['red', 'green', 'blue'];

/** `Input`, or one of its channels. */
function pictureName(channel: number, channels: number): string {
  if (channels === 1) return say('layer.input');
  return say('layer.input_channel', { channel: channelName(channel) });
}

function channelName(channel: number): string {
  return say(`layer.channel.${COLOURS[channel] ?? 'red'}`);
}

/** Name of a column's input: `S2`, or the input. */
function sourceName(column: Column, from: string): string {
  return column.from === 'input' ? say('layer.the_input') : from;
}

/** `C1`, or the word for the input or the output. */
export function title(layer: string, column: Column | null): string {
  if (layer === 'input') return say('layer.input');
  if (column === null) return layer;
  return column.before === 'output' ? say('layer.output') : column.title;
}

function kernelText(column: Column): string {
  return (column.facts.kernel ?? []).join('×');
}

/** Operation of a layer: `5×5 convolution`. */
export function operation(column: Column): string {
  const key = `layer.operation.${column.kind}`;
  return hasMessage(key) ? say(key, { kernel: kernelText(column) }) : column.kind;
}

/** One sentence about a layer: kernel, stride, receptive field. */
export function about(column: Column, from: string): string {
  const key = `layer.about.${column.kind}`;
  const { facts } = column;
  const values = {
    title: title(column.output, column),
    shape: shape(column),
    from: sourceName(column, from),
    count: column.count,
    kernel: kernelText(column),
    bias: facts.weights?.some((name) => name.endsWith('.bias')) ? say('layer.bias') : '',
    stride: String(facts.stride?.[0] ?? 1),
    field: facts.receptive_field == null ? '' : `${facts.receptive_field}×${facts.receptive_field}`,
  };
  const parameters = [facts, ...column.elementwise].reduce((sum, layer) => sum + layer.parameters, 0);
  const sentences = [
    hasMessage(key) ? say(key, values) : `${values.title}: ${column.kind}.`,
    ...column.elementwise.map(({ kind }) => say(`layer.then.${kind}`)),
    facts.receptive_field != null && !column.vector ? say('layer.field', values) : '',
    parameters > 0 ? say('layer.parameters', { count: parameters }) : '',
  ];
  return sentences.filter((sentence) => sentence !== '').join(say('layer.between'));
}

/** `C3, map 5 of 16`; maps and units are numbered from 0, as in the paper's Table I. */
export function placeName(place: Place, column: Column | null, channels = 1): string {
  if (column === null) return pictureName(place.map, channels);
  const values = { title: title(place.layer, column), map: String(place.map), count: column.count };
  return say(column.vector ? 'map.unit' : 'map.name', values);
}

/** One sentence about a map; `from`: name of its input, `inputs`: indices of its input maps. */
export function aboutMap(place: Place, column: Column, from: string, inputs: number[]): string {
  const key = `map.about.${aboutKey(column, inputs)}`;
  if (!hasMessage(key)) return about(column, from);
  return say(key, {
    map: String(place.map),
    from: sourceName(column, from),
    inputs: inputs.length > 8 ? say('map.all', { count: inputs.length }) : inputs.join(say('map.list')),
    count: column.facts.input_shape.reduce((product, side) => product * side, 1),
    kernel: kernelText(column),
    stride: String(column.facts.stride?.[0] ?? 1),
  });
}

function aboutKey({ kind, from, facts, vector }: Column, inputs: number[]): string {
  if (!kind.endsWith('convolution')) return kind;
  if (vector) return 'unit';
  if (from === 'input' && facts.kernel) return inputs.length === 1 ? 'first' : 'first_colour';
  return kind;
}

/** One sentence about the network's input. */
export function aboutPicture(shape: readonly number[], reading: 'ink' | 'photo'): string {
  const [channels = 1, height = 0, width = 0] = shape;
  return say(`map.about.input_${reading}`, {
    size: `${height}×${width}`,
    channels: channels > 1 ? say('map.each_channel') : '',
  });
}
