/** Cues: links in a lesson's text that set an exhibit to the state the text speaks of, as in `#whole?layer=c3&map=4`. */

const NAME = /^[a-z][a-z0-9-]*$/;
const FORBIDDEN = /^(on|style|src|href|id|class)/;

/** The exhibit and the attributes that a link's fragment names; null where it is an ordinary fragment. */
export function readCue(fragment: string): { id: string; attributes: [string, string][] } | null {
  const [id, query] = fragment.replace(/^#/, '').split('?');
  if (!id || query === undefined) return null;
  const attributes = [...new URLSearchParams(query)].filter(([name]) => NAME.test(name) && !FORBIDDEN.test(name));
  return { id, attributes };
}

/** Make every cue below a node set its exhibit, mark the cue that is in force, and bring the exhibit into view. */
export function wakeCues(root: ParentNode): void {
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
        exhibit.removeAttribute(name); // so that it is heard again where the visitor has changed the state since
        exhibit.setAttribute(name, value);
      }
      for (const other of cues) other.removeAttribute('aria-current');
      link.setAttribute('aria-current', 'true');
      const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
      exhibit.scrollIntoView({ block: 'nearest', behavior: still ? 'auto' : 'smooth' });
    });
  }
}
