/** An exhibit in the state it is in, as the HTML that brings it back on anyone's page, and as an address. */

export type Attributes = Record<string, string>;

/** The element and the script that wakes it. */
export function embedding(tag: string, attributes: Attributes, server: URL): string {
  const said = Object.entries(attributes).map(([name, value]) =>
    value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  );
  const script = new URL('static/embed.js', server).href;
  return `<script type="module" src="${script}"></script>\n<${tag}${said.join('')}></${tag}>`;
}

/** The page on which it stands alone. */
export function alone(tag: string, attributes: Attributes, server: URL): string {
  const url = new URL(`exhibits/${tag.replace(/^rx-/, '')}`, server);
  url.search = new URLSearchParams(attributes).toString();
  return url.href;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
