/** The exhibit in its current state as HTML for any page, and as an address. */

export type Attributes = Record<string, string>;

/** The element and the script that loads it. */
export function embedding(tag: string, attributes: Attributes, server: URL): string {
  const text = Object.entries(attributes).map(([name, value]) =>
    value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  );
  const script = new URL('static/embed.js', server).href;
  return `<script type="module" src="${script}"></script>\n<${tag}${text.join('')}></${tag}>`;
}

/** Address of the exhibit's own page. */
export function alone(tag: string, attributes: Attributes, server: URL): string {
  const url = new URL(`exhibits/${tag.replace(/^rx-/, '')}`, server);
  url.search = new URLSearchParams(attributes).toString();
  return url.href;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
