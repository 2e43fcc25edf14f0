/** Rectangles; x runs right and y down. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function contains(box: Box, x: number, y: number): boolean {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The part of `box` that lies within `frame`; its size is never negative. */
export function clip(box: Box, frame: Box): Box {
  const x = Math.max(box.x, frame.x);
  const y = Math.max(box.y, frame.y);
  const right = Math.min(box.x + box.width, frame.x + frame.width);
  const bottom = Math.min(box.y + box.height, frame.y + frame.height);
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** Device pixels to CSS pixels. */
export function unscale(box: Box, ratio: number): Box {
  return { x: box.x / ratio, y: box.y / ratio, width: box.width / ratio, height: box.height / ratio };
}
