/** True under `prefers-reduced-motion`, as a rune that follows the system's setting. */

const still = typeof matchMedia === 'function' ? matchMedia('(prefers-reduced-motion: reduce)') : null;
const calm = $state({ wanted: still?.matches ?? false });

still?.addEventListener('change', () => (calm.wanted = still.matches));

export function isCalm(): boolean {
  return calm.wanted;
}
