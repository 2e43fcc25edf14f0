/** Colours of shared weights: distinct in hue and lightness, with contrast in light and dark. */

import type { Theme } from './palette';

/** Tol's "muted" scheme, adjusted to a contrast of 3 with the sheet. */
const FEW: Record<Theme, string[]> = {
  light: ['#332288', '#1f83b4', '#12897b', '#117733', '#7c7c1c', '#a9720a', '#c4566a', '#882255', '#aa4499'],
  dark: ['#9d8cff', '#88ccee', '#44c9b5', '#5fc46a', '#b5b548', '#ecd98a', '#ff8f9f', '#e56fa6', '#d58be0'],
};

function hex(hue: number, saturation: number, light: number): string {
  const chroma = saturation * Math.min(light, 1 - light);
  const channel = (shift: number) => {
    const turn = (shift + hue / 30) % 12;
    const value = light - chroma * Math.max(-1, Math.min(turn - 3, 9 - turn, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}

/** One colour per weight. */
export function shades(count: number, theme: Theme): string[] {
  if (count <= FEW[theme].length) return FEW[theme].slice(0, count);
  const levels = theme === 'light' ? [0.24, 0.33, 0.28] : [0.62, 0.8, 0.7];
  return Array.from({ length: count }, (_, index) => hex((360 * index) / count, 0.75, levels[index % 3] ?? 0.5));
}

/** Label of a weight: a to z, then a1 to z1 and on. */
export function letter(index: number): string {
  const round = Math.floor(index / 26);
  return String.fromCharCode(97 + (index % 26)) + (round === 0 ? '' : String(round));
}
