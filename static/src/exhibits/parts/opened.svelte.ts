/** The network that an exhibit shows: LeNet-5 at first, another by its name, a run's as `run:<id>`, once it is there. */

import { isNetwork, LENET5, USUAL, versionOf, withoutReshapes, type Network } from '../../scene/network';
import { AskError, get } from '../../wire/ask';
import { whenBetter } from '../../wire/better';
import { say } from '../../words/words';
import { patiently } from './loading';

const ABSENT = 404;

export class Opened {
  /** The name of the network that is asked for. */
  model = $state<string>(USUAL);
  /** The one that is there: what is asked for, or the last one until that has come. */
  network = $state.raw<Network>(LENET5);
  /** Why it cannot be shown; null while it can be. */
  problem = $state<string | null>(null);

  /** Whether the network that is asked for is there. */
  get ready(): boolean {
    return this.network.name === this.model;
  }

  /** What an attribute says; the usual network where it says none. */
  take(name: string | undefined): void {
    this.model = name !== undefined && isNetwork(name) ? name : USUAL;
  }

  /** Called in an effect: fetches what is known of the network whenever another is asked for. */
  follow(server: string | undefined): void {
    $effect(() => {
      const { model } = this;
      if (this.network.name === model) {
        this.problem = null;
        return;
      }
      if (model === USUAL) {
        this.network = LENET5;
        this.problem = null;
        return;
      }
      let wanted = true;
      void this.#fetch(model, server, () => wanted);
      return () => (wanted = false);
    });

    // A run that waits has no weights yet, and those of one that is training become others.
    $effect(() => {
      const { model } = this;
      return whenBetter(model, server, () => void this.#fetch(model, server, () => this.model === model));
    });
  }

  async #fetch(model: string, server: string | undefined, wanted: () => boolean): Promise<void> {
    const lost = (problem: string) => (this.problem = problem);
    try {
      const answer = await patiently(() => get<Network>(`models/${model}`, server), wanted, lost);
      if (answer === null) return;
      const network = withoutReshapes(answer);
      this.problem = null;
      if (versionOf(network) !== versionOf(this.network)) this.network = network;
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      const { status, detail } = error.problem;
      if (wanted()) this.problem = status === ABSENT ? say('network.gone', { model }) : detail;
    }
  }
}
