/** Colours of the theme for canvases, updated when the theme changes. */

import { palette, SHEET, type Palette, type Quantity, type Rgb, type Theme } from '../scene/palette';

function rgb(colour: string): Rgb | null {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour.trim())?.[1];
  if (hex === undefined) return null;
  const word = parseInt(hex, 16);
  return [word >> 16, (word >> 8) & 255, word & 255];
}

export class Inks {
  theme = $state<Theme>('light');
  #sheet = $state.raw<Rgb>(SHEET.light);
  hairline = $state('#d9d6ce');
  accent = $state('#3a4fb5');
  ink = $state('#1d1f24');
  soft = $state('#5a5f6a');
  paper = $state('#fbfaf7');

  #palettes = $derived.by(() => {
    const [theme, sheet] = [this.theme, this.#sheet];
    const palettes: Partial<Record<Quantity, Palette>> = {};
    return (quantity: Quantity) => (palettes[quantity] ??= palette(quantity, theme, sheet));
  });

  get sheet(): string {
    return `rgb(${this.#sheet.join(' ')})`;
  }

  palette(quantity: Quantity): Palette {
    return this.#palettes(quantity);
  }

  /** Palette for maps: signed if a value is negative. */
  paletteOf(values: Float32Array | readonly number[]): Palette {
    return this.palette(values.some((value) => value < 0) ? 'signed' : 'activation');
  }

  /** Reads the tokens of an element now and whenever the theme changes; returns a function that stops this. */
  follow(element: Element): () => void {
    const read = () => {
      const style = getComputedStyle(element);
      const token = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
      this.theme = style.colorScheme.includes('dark') ? 'dark' : 'light';
      this.#sheet = rgb(token('--sheet', '')) ?? SHEET[this.theme];
      this.hairline = token('--hairline', this.hairline);
      this.accent = token('--accent', this.accent);
      this.ink = token('--ink', this.ink);
      this.soft = token('--ink-soft', this.soft);
      this.paper = token('--paper', this.paper);
    };
    read();
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', read);
    return () => {
      observer.disconnect();
      system.removeEventListener('change', read);
    };
  }
}
