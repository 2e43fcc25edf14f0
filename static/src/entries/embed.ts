/** Exhibits as custom elements, for lessons and other sites: the code of each is loaded when its tag appears. */

/** Modules `exhibits/NAME/*.wc.svelte` by the tag that they register: `rx-NAME`. */
const EXHIBITS = new Map(
  Object.entries(import.meta.glob('../exhibits/*/*.wc.svelte')).map(([path, load]) => [tagOf(path), load]),
);

function tagOf(path: string): string {
  return `rx-${path.split('/').at(-2)}`;
}

/** Loads the modules for the elements of a tree, including its root. */
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
