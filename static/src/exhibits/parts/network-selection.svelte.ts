/** The network of an exhibit: LeNet-5 by default, another by name, a run as `run:<id>`. */

import { isNetwork, LENET5, DEFAULT_NETWORK, versionOf, withoutReshapes, type Network } from '../../scene/network';
import { RequestError, get } from '../../wire/request';
import { watchWeights } from '../../wire/watch-weights';
import { say } from '../../words/words';
import { withRetry } from './loading';

const ABSENT = 404;

export class NetworkSelection {
  /** Name of the selected network. */
  model = $state<string>(DEFAULT_NETWORK);
  /** The loaded network: the selected one, or the previous one until it has loaded. */
  network = $state.raw<Network>(LENET5);
  /** Reason why it cannot be loaded; null otherwise. */
  problem = $state<string | null>(null);

  /** True if the selected network is loaded. */
  get ready(): boolean {
    return this.network.name === this.model;
  }

  /** Name from an attribute, by default LeNet-5. */
  select(name: string | undefined): void {
    this.model = name !== undefined && isNetwork(name) ? name : DEFAULT_NETWORK;
  }

  /** Loads the network whenever another is selected. Called in an effect. */
  follow(server: string | undefined): void {
    $effect(() => {
      const { model } = this;
      if (this.network.name === model) {
        this.problem = null;
        return;
      }
      if (model === DEFAULT_NETWORK) {
        this.network = LENET5;
        this.problem = null;
        return;
      }
      let needed = true;
      void this.#fetch(model, server, () => needed);
      return () => (needed = false);
    });

    // A run that waits has no weights yet, and those of one that is training become others.
    $effect(() => {
      const { model } = this;
      return watchWeights(model, server, () => void this.#fetch(model, server, () => this.model === model));
    });
  }

  async #fetch(model: string, server: string | undefined, isNeeded: () => boolean): Promise<void> {
    const onlost = (problem: string) => (this.problem = problem);
    try {
      const answer = await withRetry(() => get<Network>(`models/${model}`, server), isNeeded, onlost);
      if (answer === null) return;
      const network = withoutReshapes(answer);
      this.problem = null;
      if (versionOf(network) !== versionOf(this.network)) this.network = network;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const { status, detail } = error.problem;
      if (isNeeded()) this.problem = status === ABSENT ? say('network.gone', { model }) : detail;
    }
  }
}
