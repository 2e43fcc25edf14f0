/** The kernels with which a network looks at a picture: known as soon as it is, their numbers when they are needed. */

import type { Known } from '../../scene/learned';
import { firstKernels, versionOf, type Network } from '../../scene/network';
import { RequestError } from '../../wire/request';
import { weights } from '../../wire/maps';
import { patiently } from './loading';
import { Opened } from './opened.svelte';
import { problemText } from '../../words/why';

export class Learned {
  readonly opened = new Opened();
  /** Why the numbers cannot be fetched; null while they can be. */
  problem = $state<string | null>(null);
  #fetched = $state.raw<{ of: string; data: Float32Array } | null>(null);

  /** null while the network is not there. */
  known = $derived.by((): Known | null => {
    const { ready, network } = this.opened;
    if (!ready) return null;
    return {
      kernels: firstKernels(network),
      data: this.#fetched?.of === versionOf(network) ? this.#fetched.data : null,
    };
  });

  /** To be called while an exhibit is set up: fetches the network, and the numbers once they are needed. */
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
      if (wanted()) this.problem = problemText(error.problem);
    }
  }
}
