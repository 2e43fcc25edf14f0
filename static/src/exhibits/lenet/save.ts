/** Saves the exhibit as SVG with crisp maps and real text, or as PNG. */

import type { Inks } from '../../draw/inks.svelte';
import type { Scene } from '../../scene/arrange';
import { unscale, type Box } from '../../scene/box';
import { shape, type Column } from '../../scene/column';
import { percent } from '../../scene/format';
import { anchor, scaleOf } from '../../scene/legend';
import type { Palette } from '../../scene/palette';
import { listed } from '../../scene/ranking';
import { say } from '../../words/words';
import { classText } from '../parts/run-names';
import { facesOf } from '../parts/faces';
import { faceStyle, offer, rasterized } from '../parts/save';
import { operation, title } from './describe';
import type { View } from './view.svelte';

/** A legend below a column; `word` replaces the numbers if every map has its own scale. */
export interface Legend {
  palette: Palette;
  limit: number;
  word: string | null;
  label: string;
  /** CSS pixels. */
  width: number;
}

export interface Shown {
  scene: Scene;
  canvas: HTMLCanvasElement;
  view: View;
  inks: Inks;
  legends: (column: Column, width: number) => Legend[];
}

const FONT = "'Source Sans 3 Variable','Source Sans 3',system-ui,sans-serif,'Receptive Sans SC'";
const AIR = 24;

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function shortened(name: string): string {
  return name.length > 14 ? `${name.slice(0, 13)}…` : name;
}

/** Part of a canvas as PNG, so that a cell takes few bytes at any size. */
function crop(canvas: HTMLCanvasElement, box: Box): string {
  const part = document.createElement('canvas');
  part.width = box.width + 2;
  part.height = box.height + 2;
  part.getContext('2d')?.drawImage(canvas, 1 - box.x, 1 - box.y);
  return part.toDataURL('image/png');
}

/** `faces`: the rules of its fonts, for a file that is opened elsewhere. */
export function svg({ scene, canvas, view, inks, legends }: Shown, faces: string | null = null): string {
  const { ratio } = scene;
  const { frame, detail } = view.session;
  const parts: string[] = [];
  const text = (x: number, y: number, words: string, style = '') =>
    parts.push(`<text x="${x}" y="${y}" ${style}>${escape(words)}</text>`);
  const image = (box: Box) => {
    const at = unscale({ x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 }, ratio);
    const source = crop(canvas, box);
    parts.push(
      `<image x="${at.x}" y="${at.y}" width="${at.width}" height="${at.height}" style="image-rendering:pixelated" href="${source}"/>`,
    );
  };

  // The drawing's tools stay behind: the picture begins with what the network reads.
  const input = unscale(scene.input.box, ratio);
  const left = scene.mode === 'wide' ? Math.max(0, (scene.blocks[0]?.box.x ?? 0) / ratio - input.width - 40) : 0;
  const shift = scene.mode === 'wide' ? { x: left + 8 - input.x, y: 86 - input.y } : { x: 0, y: 0 };
  parts.push(`<g transform="translate(${shift.x} ${shift.y})">`);
  for (const { box } of scene.input.tiles) image(box);
  parts.push('</g>');
  if (scene.mode === 'wide') {
    text(left + 8, 16, say('layer.input'), 'font-weight="650" font-size="16"');
    const [channels = 1, height = 0, width = 0] = detail?.input_shape ?? [];
    text(left + 8, 34, `${channels > 1 ? `${channels}@` : ''}${height}×${width}`);
  }
  for (const block of scene.blocks) {
    const head = unscale(block.head, ratio);
    text(head.x, head.y + 16, title(block.column.output, block.column), 'font-weight="650" font-size="16"');
    text(head.x, head.y + 34, shape(block.column));
    const [first = '', ...rest] = operation(block.column).split(' ');
    const lines = head.width < 130 && rest.length > 0 ? [first, rest.join(' ')] : [[first, ...rest].join(' ')];
    lines.forEach((line, index) => text(head.x, head.y + 50 + 15 * index, line, `fill="${inks.soft}"`));
    image(block.box);
    const below = unscale(block.legend, ratio);
    let x = below.x;
    for (const legend of legends(block.column, below.width)) {
      parts.push(scale({ x, y: below.y + 6, width: legend.width, height: 6 }, legend, inks));
      x += legend.width + 12;
    }
  }
  const scores = unscale(scene.scores, ratio);
  if (frame !== null && frame.header.label !== null) {
    const classes = detail?.classes ?? [];
    const values = detail?.targets ? frame.scores : frame.probabilities;
    const limit = Math.max(...values);
    const guess = classText(frame.header.label);
    text(scores.x, scores.y + 64, guess, `font-size="${guess.length > 2 ? 24 : 72}" font-weight="600"`);
    text(scores.x, scores.y + 90, percent(frame.header.probability ?? 0));
    const rows = listed(classes.length, values, detail?.targets != null, null);
    const names = rows.map((index) => shortened(classText(classes[index] ?? '')));
    const beside = 8 + 8 * Math.max(...names.map(({ length }) => length));
    rows.forEach((index, row) => {
      const y = scores.y + 124 + row * 22;
      const value = values[index] ?? 0;
      text(scores.x, y, names[row] ?? '');
      const room = Math.max(24, Math.min(90, scores.width - beside - 52));
      parts.push(
        `<rect x="${scores.x + beside}" y="${y - 9}" width="${limit > 0 ? (room * value) / limit : 0}" height="9" fill="${index === frame.header.index ? inks.ink : inks.soft}"/>`,
      );
      text(scores.x + scores.width, y, detail?.targets ? value.toFixed(1) : percent(value), 'text-anchor="end"');
    });
  }
  const width = scene.width / ratio - left + 2 * AIR;
  const listing = 124 + 22 * listed(detail?.classes.length ?? 0, null, false, null).length;
  const height = Math.max(scene.height / ratio, scores.y + listing, 360) + 2 * AIR;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left - AIR} ${-AIR} ${width} ${height}">`,
    faces === null ? '' : new XMLSerializer().serializeToString(faceStyle(faces)),
    `<rect x="${left - AIR}" y="${-AIR}" width="${width}" height="${height}" fill="${inks.paper}"/>`,
    `<g font-family="${FONT}" font-size="13" fill="${inks.ink}">`,
    ...parts,
    '</g></svg>',
  ].join('\n');
}

export async function save(kind: 'png' | 'svg', shown: Shown): Promise<void> {
  const faces = await facesOf(svg(shown));
  const source = svg(shown, faces);
  const file = kind === 'svg' ? new Blob([source], { type: 'image/svg+xml' }) : await rasterized(source);
  await offer(file, `${shown.view.session.displayedModel.replaceAll(':', '-')}.${kind}`);
}

/** Legend of a palette as in the figure: colours, and numbers at both ends and zero. */
function scale(box: Box, legend: Legend, inks: Inks): string {
  const { stops, marks } = scaleOf(legend.palette, legend.limit, legend.word);
  const wide = box.width / stops.length;
  const colours = stops.map(
    (stop, index) =>
      `<rect x="${box.x + index * wide}" y="${box.y}" width="${wide + 0.5}" height="6" fill="rgb(${stop.join(',')})"/>`,
  );
  const style = `font-size="11" fill="${inks.soft}"`;
  const numbers = marks.map(
    ({ at, text }) =>
      `<text x="${box.x + at * box.width}" y="${box.y + 18}" text-anchor="${anchor(at)}" ${style}>${escape(text)}</text>`,
  );
  const name =
    legend.label === '' ? '' : `<text x="${box.x}" y="${box.y + 32}" ${style}>${escape(legend.label)}</text>`;
  const edge = `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="6" fill="none" stroke="${inks.hairline}"/>`;
  return [...colours, edge, ...numbers, name].join('');
}
