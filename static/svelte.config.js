// How Svelte compiles: `*.wc.svelte` becomes a custom element, styles travel inside the scripts.

export default {
  compilerOptions: { css: 'injected', runes: true },
  vitePlugin: {
    dynamicCompileOptions({ filename }) {
      if (filename.includes('node_modules')) return undefined;
      if (filename.endsWith('.wc.svelte')) return { customElement: true };
      return undefined;
    },
  },
};
