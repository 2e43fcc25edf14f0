/** Pictures that marks refer to: read when first asked for, and told of as they arrive, so that the sheet is painted anew. */

import { inked } from './pictures';

export class Pictures {
  #read = new Map<string, CanvasImageSource | null>();

  constructor(
    readonly server: URL,
    readonly arrived: () => void,
    readonly failed: () => void,
  ) {}

  /** null until the picture has been read. */
  get(source: string): CanvasImageSource | null {
    const picture = this.#read.get(source);
    if (picture === undefined) void this.#fetch(source);
    return picture ?? null;
  }

  async #fetch(source: string): Promise<void> {
    this.#read.set(source, null);
    try {
      this.#read.set(source, await inked(source, this.server));
      this.arrived();
    } catch {
      this.#read.delete(source);
      this.failed();
    }
  }
}
