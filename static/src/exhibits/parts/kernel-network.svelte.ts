/** First-layer kernels of a network; their weights are fetched when needed. */

import type { FirstKernels } from '../../scene/learned';
import { firstKernels, versionOf, type Network } from '../../scene/network';
import { RequestError } from '../../wire/request';
import { weights } from '../../wire/maps';
import { withRetry } from './loading';
import { NetworkSelection } from './network-selection.svelte';

export class KernelNetwork {
  readonly selection = new NetworkSelection();
  /** Reason why the weights cannot be fetched; null otherwise. */
  problem = $state<string | null>(null);
  #fetched = $state.raw<{ of: string; data: Float32Array } | null>(null);

  /** Null until the network is loaded. */
  firstKernels = $derived.by((): FirstKernels | null => {
    const { ready, network } = this.selection;
    if (!ready) return null;
    return {
      kernels: firstKernels(network),
      data: this.#fetched?.of === versionOf(network) ? this.#fetched.data : null,
    };
  });

  /** Fetches the network, and the weights once needed. Called during component set-up. */
  follow(server: string | undefined, needed: () => boolean): void {
    this.selection.follow(server);
    const missing = $derived(
      needed() && this.firstKernels !== null && this.firstKernels.data === null ? this.selection.network : null,
    );
    $effect(() => {
      const name = missing && firstKernels(missing)?.weights;
      if (!missing || !name) return;
      this.problem = null;
      let needed = true;
      void this.#fetch(missing, name, server, () => needed);
      return () => (needed = false);
    });
  }

  async #fetch(network: Network, name: string, server: string | undefined, isNeeded: () => boolean): Promise<void> {
    const onlost = (problem: string) => (this.problem = problem);
    try {
      const tensor = await withRetry(() => weights(network.name, name, server), isNeeded, onlost);
      if (tensor === null) return;
      this.problem = null;
      this.#fetched = { of: versionOf(network), data: tensor.data };
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (isNeeded()) this.problem = error.problem.detail;
    }
  }
}
