/** Adapts KaTeX's MathML to browsers: line breaks, and the height of primes. */

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const BREAKS = new Set(['=', '+', '≈', '←']);

/** Splits a formula before every relation and sum outside brackets, so that lines can break there. */
export function breakable(math: Element): void {
  const row = math.querySelector('mrow');
  if (row === null) return;
  const rows: Element[] = [];
  let depth = 0;
  for (const part of [...row.children]) {
    const sign = part.localName === 'mo' ? (part.textContent ?? '') : '';
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth === 0 && part !== row.firstElementChild && BREAKS.has(sign)) rows.push(emptyRow());
    rows.at(-1)?.append(part);
  }
  const parts = rows.map((one) => {
    const part = math.cloneNode(false) as Element;
    part.append(one);
    return part;
  });
  math.after(...parts);
}

/** A row that begins with an empty element, so that its first operator stays infix. */
function emptyRow(): Element {
  const row = document.createElementNS(MATHML, 'mrow');
  row.append(document.createElementNS(MATHML, 'mrow'));
  return row;
}

/** Most fonts draw a raised prime; as a superscript it would be raised twice. */
export function settle(primed: Element): void {
  const row = document.createElementNS(MATHML, 'mrow');
  row.classList.add('primed');
  row.append(...primed.childNodes);
  primed.replaceWith(row);
}
