/** The drawing as data: marks on a square sheet and undone marks; every operation returns a new drawing. */

export const SIDE = 1024; // the sheet's side in its own units
export const DEFAULT_PRESSURE = 128; // pressure of a device without it: mouse, finger, keys
export const WIDTHS = { least: 24, usual: 76, most: 168 }; // a pen's width in units of the sheet

const MIN_DISTANCE = 4; // units; a point nearer to the last one would not be visible

export type Tool = 'pen' | 'eraser';

export interface Point {
  x: number; // units of the sheet, to the right
  y: number; // units of the sheet, down
  pressure: number; // 0 to 255
}

export interface Stroke {
  kind: Tool;
  width: number;
  points: readonly Point[];
}

/** A picture that covers everything before it: `sample/12`, or a data URL. */
export interface Picture {
  kind: 'picture';
  source: string;
}

export interface Cleared {
  kind: 'clear';
}

export type Mark = Stroke | Picture | Cleared;

export interface Drawing {
  marks: readonly Mark[];
  undone: readonly Mark[]; // the last one undone comes last
}

export const EMPTY: Drawing = { marks: [], undone: [] };

export function point(x: number, y: number, pressure = DEFAULT_PRESSURE): Point {
  const coordinate = (value: number) => Math.round(Math.min(2 * SIDE, Math.max(-SIDE, value))) + 0; /* never -0 */
  return { x: coordinate(x), y: coordinate(y), pressure: Math.round(Math.min(255, Math.max(0, pressure))) };
}

/** Adds points to a stroke, leaving out those too near to the one before. */
export function extend(stroke: Stroke, more: readonly Point[]): Stroke {
  const points = [...stroke.points];
  for (const next of more) {
    const last = points[points.length - 1];
    if (last === undefined || Math.hypot(next.x - last.x, next.y - last.y) >= MIN_DISTANCE) points.push(next);
  }
  return points.length === stroke.points.length ? stroke : { ...stroke, points };
}

export function add(drawing: Drawing, mark: Mark): Drawing {
  return { marks: [...drawing.marks, mark], undone: [] };
}

export function undo({ marks, undone }: Drawing): Drawing {
  const last = marks[marks.length - 1];
  return last === undefined ? { marks, undone } : { marks: marks.slice(0, -1), undone: [...undone, last] };
}

export function redo({ marks, undone }: Drawing): Drawing {
  const last = undone[undone.length - 1];
  return last === undefined ? { marks, undone } : { marks: [...marks, last], undone: undone.slice(0, -1) };
}

/** Empties the sheet, undoably; an empty sheet is unchanged. */
export function clear(drawing: Drawing): Drawing {
  return visible(drawing.marks).length === 0 ? drawing : add(drawing, { kind: 'clear' });
}

/** The visible marks: from the last picture on, or after the last clearing. */
export function visible(marks: readonly Mark[]): readonly Mark[] {
  for (let index = marks.length - 1; index >= 0; index--) {
    const { kind } = marks[index] as Mark;
    if (kind === 'clear') return marks.slice(index + 1);
    if (kind === 'picture') return marks.slice(index);
  }
  return marks;
}
