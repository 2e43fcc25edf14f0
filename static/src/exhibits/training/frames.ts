/** Schedules work in animation frames: state changes together, costly drawing one per frame. */

const APART = 80; // milliseconds between two showings; trainers tell of their steps every 100

const changed = new Set<() => void>();
const turns: (() => void)[] = [];
let shown = -Infinity;
let frame = 0;

/** Runs it in the next frame together with all other updates. */
export function soon(show: () => void): void {
  changed.add(show);
  wake();
}

/** Runs it in a frame without other drawing. */
export function inTurn(draw: () => void): void {
  if (!turns.includes(draw)) turns.push(draw);
  wake();
}

export function notAnyMore(work: () => void): void {
  changed.delete(work);
  const place = turns.indexOf(work);
  if (place >= 0) turns.splice(place, 1);
}

function wake(): void {
  if (frame === 0) frame = requestAnimationFrame(next);
}

function next(now: number): void {
  frame = 0;
  const draw = turns.shift();
  if (draw !== undefined) draw();
  else if (changed.size > 0 && now - shown >= APART) {
    shown = now;
    const all = [...changed];
    changed.clear();
    for (const show of all) show();
  }
  if (turns.length > 0 || changed.size > 0) wake();
}
