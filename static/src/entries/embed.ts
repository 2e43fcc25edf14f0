/** Exhibits as custom elements, for lessons and for anyone's page: each one's code is loaded when its tag is met. */

/** Every `exhibits/NAME/*.wc.svelte` by the tag it registers: `rx-NAME`. */
const EXHIBITS = new Map(
  Object.entries(import.meta.glob('../exhibits/*/*.wc.svelte')).map(([path, load]) => [tagOf(path), load]),
);

function tagOf(path: string): string {
  return `rx-${path.split('/').at(-2)}`;
}

/** Loads what the elements of a tree need, the tree's own root among them. */
function meet(root: Element): void {
  for (const element of [root, ...root.querySelectorAll(':not(:defined)')]) {
    const load = EXHIBITS.get(element.localName);
    if (load === undefined) continue;
    EXHIBITS.delete(element.localName);
    void load();
  }
}

meet(document.documentElement);
new MutationObserver((records) => {
  for (const record of records) for (const node of record.addedNodes) if (node instanceof Element) meet(node);
}).observe(document.documentElement, { childList: true, subtree: true });
