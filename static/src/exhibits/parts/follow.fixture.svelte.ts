/** A line as the test of the player that follows it needs it. */

import { playing } from './follow.svelte';
import type { Player } from './player.svelte';

export class Line {
  length = $state(0);
  position = $state<number | null>(null);
  player!: Player;
  readonly end: () => void;

  constructor() {
    this.end = $effect.root(() => {
      this.player = playing(this);
    });
  }
}
