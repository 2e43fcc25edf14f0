/** Cues: links in a lesson that set an exhibit to the described state, as in `#whole?layer=c3&map=4`. */

const NAME = /^[a-z][a-z0-9-]*$/;
const FORBIDDEN = /^(on|style|src|href|id|class)/;

/** Parses a link's fragment into an exhibit's id and attributes; null for an ordinary fragment. */
export function readCue(fragment: string): { id: string; attributes: [string, string][] } | null {
  const [id, query] = fragment.replace(/^#/, '').split('?');
  if (!id || query === undefined) return null;
  const attributes = [...new URLSearchParams(query)].filter(([name]) => NAME.test(name) && !FORBIDDEN.test(name));
  return { id, attributes };
}

/** Makes each cue below a node set its exhibit, marks the active cue, and scrolls to the exhibit. */
export function activateCues(root: ParentNode): void {
  const cues = [...root.querySelectorAll<HTMLAnchorElement>('a[href*="?"][href^="#"]')];
  for (const link of cues) {
    const cue = readCue(link.getAttribute('href') ?? '');
    if (!cue) continue;
    link.classList.add('cue');
    link.addEventListener('click', (event) => {
      const exhibit = document.getElementById(cue.id);
      if (!exhibit) return;
      event.preventDefault();
      for (const [name, value] of cue.attributes) {
        exhibit.removeAttribute(name); // removed first, so that setting the same value is noticed after a visitor's change
        exhibit.setAttribute(name, value);
      }
      for (const other of cues) other.removeAttribute('aria-current');
      link.setAttribute('aria-current', 'true');
      const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
      exhibit.scrollIntoView({ block: 'nearest', behavior: reducedMotion ? 'auto' : 'smooth' });
    });
  }
}
