/** First-layer kernels of a network; their weights are fetched when needed. */

import type { FirstKernels } from '../../scene/learned';
import { firstKernels, versionOf, type Network } from '../../scene/network';
import { RequestError } from '../../wire/request';
import { weights } from '../../wire/maps';
import { patiently } from './loading';
import { Opened } from './opened.svelte';

export class Learned {
  readonly opened = new Opened();
  /** Reason why the weights cannot be fetched; null otherwise. */
  problem = $state<string | null>(null);
  #fetched = $state.raw<{ of: string; data: Float32Array } | null>(null);

  /** Null until the network is loaded. */
  known = $derived.by((): FirstKernels | null => {
    const { ready, network } = this.opened;
    if (!ready) return null;
    return {
      kernels: firstKernels(network),
      data: this.#fetched?.of === versionOf(network) ? this.#fetched.data : null,
    };
  });

  /** Fetches the network, and the weights once needed. Called during component set-up. */
  follow(server: string | undefined, needed: () => boolean): void {
    this.opened.follow(server);
    const missing = $derived(needed() && this.known !== null && this.known.data === null ? this.opened.network : null);
    $effect(() => {
      const name = missing && firstKernels(missing)?.weights;
      if (!missing || !name) return;
      this.problem = null;
      let wanted = true;
      void this.#fetch(missing, name, server, () => wanted);
      return () => (wanted = false);
    });
  }

  async #fetch(network: Network, name: string, server: string | undefined, wanted: () => boolean): Promise<void> {
    const lost = (problem: string) => (this.problem = problem);
    try {
      const found = await patiently(() => weights(network.name, name, server), wanted, lost);
      if (found === null) return;
      this.problem = null;
      this.#fetched = { of: versionOf(network), data: found.data };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (wanted()) this.problem = error.problem.detail;
    }
  }
}
