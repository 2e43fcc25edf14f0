/** Everything that has changed is shown together, once in a frame of the display. */

const waiting = new Set<() => void>();
let frame = 0;

export function atNextFrame(show: () => void): void {
  waiting.add(show);
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    const all = [...waiting];
    waiting.clear();
    for (const each of all) each();
  });
}

export function notAnyMore(show: () => void): void {
  waiting.delete(show);
}
