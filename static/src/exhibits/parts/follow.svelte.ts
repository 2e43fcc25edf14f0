/** A player kept in step with a state whose `null` is the end; any length plays in about the same time. */

import { untrack } from 'svelte';

import { Player } from './player.svelte';

interface Placed {
  /** Number of steps; 0 while there is nothing to play. */
  readonly length: number;
  position: number | null;
}

const THROUGH = 12; // seconds for a whole line at speed 1
const SLOWEST = 1.2; // steps a second, for lines of a few steps

class Paced extends Player {
  protected override advanced(seconds: number): number {
    return Math.min(this.end, this.moment + seconds * Math.max(SLOWEST, this.end / THROUGH));
  }
}

/** Called during component set-up. */
export function playing(visit: Placed): Player {
  const player = new Paced({ length: 1 });

  $effect(() => {
    const { length } = visit;
    const position = visit.position === null ? length : Math.min(length, visit.position);
    untrack(() => {
      player.length = length + 1;
      if (player.position !== position) player.position = position;
    });
  });

  $effect(() => {
    const { position, end } = player;
    untrack(() => {
      if (visit.length !== end || end === 0) return; // what is played is not there yet
      const target = visit.position === null ? end : Math.min(end, visit.position);
      if (target !== position) visit.position = position === end ? null : position;
    });
  });
  return player;
}
