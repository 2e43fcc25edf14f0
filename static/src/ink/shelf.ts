/** Cache of the pictures that marks refer to: loaded on first use, reported on arrival so that the sheet is repainted. */

import { inkImage } from './pictures';

export class PictureCache {
  #images = new Map<string, CanvasImageSource | null>();

  constructor(
    readonly server: URL,
    readonly onload: () => void,
    readonly onerror: () => void,
  ) {}

  /** Null until the picture is loaded. */
  get(source: string): CanvasImageSource | null {
    const picture = this.#images.get(source);
    if (picture === undefined) void this.#fetch(source);
    return picture ?? null;
  }

  async #fetch(source: string): Promise<void> {
    this.#images.set(source, null);
    try {
      this.#images.set(source, await inkImage(source, this.server));
      this.onload();
    } catch {
      this.#images.delete(source);
      this.onerror();
    }
  }
}
