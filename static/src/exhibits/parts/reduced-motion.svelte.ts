/** True under `prefers-reduced-motion`, as a rune that follows the system's setting. */

const query = typeof matchMedia === 'function' ? matchMedia('(prefers-reduced-motion: reduce)') : null;
const motion = $state({ reduced: query?.matches ?? false });

query?.addEventListener('change', () => (motion.reduced = query.matches));

export function prefersReducedMotion(): boolean {
  return motion.reduced;
}
