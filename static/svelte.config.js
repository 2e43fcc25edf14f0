// How Svelte compiles: `*.wc.svelte` becomes a custom element, styles travel inside the scripts.

export default {
  compilerOptions: {
    css: 'injected',
    runes: true,
    // The plugin below says which files are custom elements; tools that read only this part cannot know.
    warningFilter: ({ code }) => code !== 'options_missing_custom_element',
  },
  vitePlugin: {
    dynamicCompileOptions({ filename }) {
      if (filename.includes('node_modules')) return undefined;
      if (filename.endsWith('.wc.svelte')) return { customElement: true };
      return undefined;
    },
  },
};
