/** A feature map downsampled twice: by pooling and by strided convolution. */

import { convolve, macs, STILL, type Problem } from '../../scene/convolution';
import { pool, pooledSize, type Cell, type Pooling, type Size } from '../../scene/pooling';
import type { Volume } from '../../scene/volume';
import type { Player } from '../parts/player.svelte';

/** The server's answer. */
export interface Maps {
  map: Volume;
  strided: Volume;
  pooled: Volume;
  indices: Int32Array | null;
}

export class Fork {
  /** The convolution with stride 1. */
  problem = $state.raw<Problem | null>(null);
  pooling = $state.raw<Pooling | null>(null);
  /** True if the input is a picture. */
  picture = $state(false);
  pointed = $state.raw<Cell | null>(null);
  #told = $state.raw<{ of: Problem; pooling: Pooling; maps: Maps } | null>(null);

  #preview = $derived.by((): Maps | null => {
    const { problem, pooling } = this;
    if (problem === null || pooling === null) return null;
    const map = convolve(problem);
    const { output, indices } = pool(map, pooling);
    return { map, strided: convolve(strided(problem, pooling)), pooled: output, indices };
  });

  #maps = $derived.by((): Maps | null => {
    const told = this.#told;
    return told !== null && told.of === this.problem && told.pooling === this.pooling ? told.maps : this.#preview;
  });

  constructor(
    readonly player: Player,
    /** Called with the number of outputs. */
    readonly sized: (count: number) => void,
  ) {}

  /** Displays another pair; the selected output is kept if it exists. */
  set(problem: Problem, pooling: Pooling, picture: boolean): void {
    this.problem = problem;
    this.pooling = pooling;
    this.picture = picture;
    this.pointed = null;
    if (this.#maps !== null) this.sized(this.#maps.pooled.height * this.#maps.pooled.width);
  }

  answered(of: Problem, pooling: Pooling, maps: Maps): void {
    this.#told = { of, pooling, maps };
  }

  get confirmed(): boolean {
    return this.#told !== null && this.#told.of === this.problem && this.#told.pooling === this.pooling;
  }

  get map(): Volume | null {
    return this.#maps?.map ?? null;
  }

  get strided(): Volume | null {
    return this.#maps?.strided ?? null;
  }

  get pooled(): Volume | null {
    return this.#maps?.pooled ?? null;
  }

  get indices(): Int32Array | null {
    return this.#maps?.indices ?? null;
  }

  get size(): Size {
    return this.pooling && this.map ? pooledSize(this.pooling, this.map) : { height: 1, width: 1 };
  }

  /** Selected output cell in both maps. */
  get followed(): Cell {
    const { width } = this.size;
    const { position } = this.player;
    return this.pointed ?? { row: Math.floor(position / width), col: position % width };
  }

  /** Last filled cell of a map; both fill row by row and may differ in size. */
  filled({ height, width }: Size): number {
    if (this.pointed !== null) return height * width - 1;
    const { row, col } = this.followed;
    if (this.player.position >= this.player.length - 1) return height * width - 1;
    return row * width + Math.min(col, width - 1);
  }

  pick({ row, col }: Cell): void {
    const { height, width } = this.size;
    if (row < height && col < width) this.player.scrub(row * width + col);
  }

  /** Multiplications of both variants. */
  get macs(): { pooled: number; strided: number } {
    const { problem, pooling } = this;
    if (problem === null || pooling === null) return { pooled: 0, strided: 0 };
    return { pooled: macs(problem), strided: macs(strided(problem, pooling)) };
  }
}

/** The same convolution with the stride of the pooling. */
export function strided(problem: Problem, { stride }: Pooling): Problem {
  return { ...problem, settings: { ...STILL, stride } };
}
