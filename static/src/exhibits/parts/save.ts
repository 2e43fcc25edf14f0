/** Saves a figure as SVG with its computed styles inlined, or as PNG. */

import { facesOf } from './faces';

/** Style properties of drawn elements; values equal to the default are left out. */
const STYLES = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linecap'],
  ...['stroke-linejoin', 'opacity', 'font-family', 'font-size', 'font-weight', 'font-style', 'font-variant-numeric'],
  ...['text-anchor', 'dominant-baseline', 'letter-spacing', 'image-rendering', 'shape-rendering', 'paint-order'],
  ...['display', 'visibility', 'mix-blend-mode', 'filter', 'transform', 'vector-effect'],
];
const INHERITED = /^(fill|stroke|font|text-anchor|letter|visibility|shape|image|paint|dominant)/;
const AIR = 16; // user units around the figure
const SCALE = 2; // pixels of a PNG for each of the figure's
const NAMESPACE = 'http://www.w3.org/2000/svg';

/** The figure as the text of a file that looks the same outside the page; `faces` are the rules for its fonts. */
export function svgText(figure: SVGSVGElement, faces: string | null = null): string {
  const copy = figure.cloneNode(true) as SVGSVGElement;
  const box = boxOf(figure);
  inlineStyles(figure, copy, null);
  copy.setAttribute('xmlns', NAMESPACE);
  copy.removeAttribute('style');
  copy.removeAttribute('class');
  copy.setAttribute('width', String(box.width + 2 * AIR));
  copy.setAttribute('height', String(box.height + 2 * AIR));
  copy.setAttribute('viewBox', `${box.x - AIR} ${box.y - AIR} ${box.width + 2 * AIR} ${box.height + 2 * AIR}`);
  const style = getComputedStyle(figure);
  const root = copy.ownerDocument.createElementNS(NAMESPACE, 'g');
  for (const name of ['font-family', 'font-size', 'fill', 'color']) {
    root.style.setProperty(name, style.getPropertyValue(name));
  }
  root.append(...copy.childNodes);
  copy.append(...(faces === null ? [] : [faceStyle(faces)]), ground(box, paper(figure)), root);
  return new XMLSerializer().serializeToString(copy);
}

/** Offers the figure to the visitor as a file. */
export async function save(kind: 'png' | 'svg', figure: SVGSVGElement, name: string): Promise<void> {
  const text = svgText(figure, await facesOf(figure.textContent ?? ''));
  await offer(kind === 'svg' ? new Blob([text], { type: 'image/svg+xml' }) : await rasterized(text), `${name}.${kind}`);
}

/** Lets the browser store a file. */
export async function offer(file: Blob, name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The text of an SVG file as a PNG at twice its size. */
export async function rasterized(text: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture')) : resolve(blob)), 'image/png');
  });
}

function boxOf(figure: SVGSVGElement): { x: number; y: number; width: number; height: number } {
  const view = figure.viewBox?.baseVal;
  if (view && view.width > 0) return { x: view.x, y: view.y, width: view.width, height: view.height };
  const { width, height } = figure.getBoundingClientRect();
  return {
    x: 0,
    y: 0,
    width: Number(figure.getAttribute('width')) || width,
    height: Number(figure.getAttribute('height')) || height,
  };
}

/** Writes the computed styles of the live tree into the copy, each where it differs from what is inherited. */
function inlineStyles(live: Element, copy: Element, above: CSSStyleDeclaration | null): void {
  const style = getComputedStyle(live);
  if (above !== null) {
    const declarations: string[] = [];
    for (const name of STYLES) {
      const value = style.getPropertyValue(name);
      if (value === '' || value === (INHERITED.test(name) ? above.getPropertyValue(name) : initial(name))) continue;
      declarations.push(`${name}:${value}`);
    }
    for (const name of ['class', 'tabindex', 'data-testid']) copy.removeAttribute(name);
    if (declarations.length > 0) copy.setAttribute('style', declarations.join(';'));
    else copy.removeAttribute('style');
  }
  const [from, to] = [[...live.children], [...copy.children]];
  from.forEach((child, index) => {
    const twin = to[index];
    if (twin === undefined) return;
    if (getComputedStyle(child).display === 'none' || child.hasAttribute('data-screen-only')) twin.remove();
    else inlineStyles(child, twin, style);
  });
  for (const node of [...copy.childNodes]) if (node.nodeType === Node.COMMENT_NODE) node.remove();
}

function initial(name: string): string {
  return { opacity: '1', display: 'inline', 'vector-effect': 'none', 'mix-blend-mode': 'normal' }[name] ?? 'none';
}

function paper(figure: Element): string {
  return getComputedStyle(figure).getPropertyValue('--paper').trim() || '#ffffff';
}

function ground(box: { x: number; y: number; width: number; height: number }, colour: string): SVGRectElement {
  const rect = document.createElementNS(NAMESPACE, 'rect');
  rect.setAttribute('x', String(box.x - AIR));
  rect.setAttribute('y', String(box.y - AIR));
  rect.setAttribute('width', String(box.width + 2 * AIR));
  rect.setAttribute('height', String(box.height + 2 * AIR));
  rect.setAttribute('fill', colour);
  return rect;
}

/** The style that brings the fonts along. */
export function faceStyle(faces: string): SVGStyleElement {
  const style = document.createElementNS(NAMESPACE, 'style');
  style.textContent = faces;
  return style;
}
