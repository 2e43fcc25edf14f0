/** Touch gestures on a plot: two fingers zoom, one pans or reads values, a double tap resets; vertical drags scroll. */

import { zoomedRange, type Stretch } from '../../scene/training-plot';

export interface Touched {
  /** Box of the plot on the screen. */
  area: () => DOMRect;
  view: () => Stretch;
  /** True while only part of the run is visible. */
  zoomed: () => boolean;
  onlook: (view: Stretch) => void;
  onread: (x: number) => void;
  onwhole: () => void;
}

const STILL = 8; // CSS pixels that a finger moves without meaning it
const TAP = 400; // milliseconds from one tap to the next where the two are one

interface Held {
  fingers: number;
  /** Midpoint of the fingers and distance between them, CSS pixels. */
  middle: { x: number; y: number };
  apart: number;
  view: Stretch;
  /** The x under the midpoint at the start. */
  x: number;
  /** The recognized gesture. */
  does: 'nothing yet' | 'moves' | 'scrolls';
}

/** Listens to touches on an element; returns a function that stops this. */
export function fingers(element: HTMLElement, touched: Touched): () => void {
  let held: Held | null = null;
  let tapped = { at: -Infinity, x: 0 };

  function hold({ targetTouches }: TouchEvent): void {
    const count = targetTouches.length;
    if (count !== 1 && count !== 2) return void (held = null);
    const { middle, apart } = spread(targetTouches);
    const view = touched.view();
    const x = view[0] + placeOf(middle.x) * (view[1] - view[0]);
    held = { fingers: count, middle, apart, view, x, does: 'nothing yet' };
  }

  function placeOf(x: number): number {
    const { left, width } = touched.area();
    return (x - left) / width;
  }

  function start(event: TouchEvent): void {
    hold(event);
    if (held?.fingers === 2) event.preventDefault(); // neither scrolls nor magnifies the page
  }

  function move(event: TouchEvent): void {
    if (held === null || held.fingers !== event.targetTouches.length) return;
    const { middle, apart } = spread(event.targetTouches);
    const [across, down] = [Math.abs(middle.x - held.middle.x), Math.abs(middle.y - held.middle.y)];
    if (held.fingers === 2) held.does = 'moves';
    else if (held.does === 'nothing yet' && Math.max(across, down) > STILL) {
      held.does = across > down ? 'moves' : 'scrolls';
    }
    if (held.does !== 'moves') return;
    if (event.cancelable) event.preventDefault();
    const { view, x } = held;
    const place = placeOf(middle.x);
    if (held.fingers === 2 || touched.zoomed()) touched.onlook(zoomedRange(view, held.apart / apart, x, place));
    else touched.onread(view[0] + Math.max(0, Math.min(1, place)) * (view[1] - view[0]));
  }

  function end(event: TouchEvent): void {
    const before = held;
    if (before?.fingers === 1 && before.does === 'nothing yet') {
      const twice = event.timeStamp - tapped.at < TAP && Math.abs(before.middle.x - tapped.x) < 4 * STILL;
      tapped = { at: twice ? -Infinity : event.timeStamp, x: before.middle.x };
      if (twice) touched.onwhole();
      else touched.onread(before.x);
    }
    hold(event);
    if (held !== null && before?.fingers === 2) held.does = 'moves'; // the one that stays a little longer taps nothing
  }

  function cancel(): void {
    held = null;
  }

  element.addEventListener('touchstart', start, { passive: false });
  element.addEventListener('touchmove', move, { passive: false });
  element.addEventListener('touchend', end);
  element.addEventListener('touchcancel', cancel);
  return () => {
    element.removeEventListener('touchstart', start);
    element.removeEventListener('touchmove', move);
    element.removeEventListener('touchend', end);
    element.removeEventListener('touchcancel', cancel);
  };
}

function spread(touches: TouchList): Pick<Held, 'middle' | 'apart'> {
  const [one, two = one] = [touches[0], touches[1]] as [Touch, Touch?];
  return {
    middle: { x: (one.clientX + two.clientX) / 2, y: (one.clientY + two.clientY) / 2 },
    apart: Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY) || 1,
  };
}
