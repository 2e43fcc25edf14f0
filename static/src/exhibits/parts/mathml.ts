/** What KaTeX's MathML needs to be read everywhere: lines that break, as MathML's do not, and primes at their height. */

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const BREAKS = new Set(['=', '+', '≈', '←']);

/** A line may break before every relation and sum that is in no brackets: what follows becomes a formula beside it. */
export function breakable(math: Element): void {
  const row = math.querySelector('mrow');
  if (row === null) return;
  const rows: Element[] = [];
  let depth = 0;
  for (const part of [...row.children]) {
    const sign = part.localName === 'mo' ? (part.textContent ?? '') : '';
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth === 0 && part !== row.firstElementChild && BREAKS.has(sign)) rows.push(opened());
    rows.at(-1)?.append(part);
  }
  const parts = rows.map((one) => {
    const part = math.cloneNode(false) as Element;
    part.append(one);
    return part;
  });
  math.after(...parts);
}

/** A row that begins with nothing, so that its first sign stands between two things as it did before. */
function opened(): Element {
  const row = document.createElementNS(MATHML, 'mrow');
  row.append(document.createElementNS(MATHML, 'mrow'));
  return row;
}

/** Most fonts draw a prime raised; as a superscript it would be raised twice. */
export function settle(primed: Element): void {
  const row = document.createElementNS(MATHML, 'mrow');
  row.classList.add('primed');
  row.append(...primed.childNodes);
  primed.replaceWith(row);
}
