/** State with a player, for the test of `follow`. */

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
