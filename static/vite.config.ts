/** How the front-end is built: entries, custom elements, hashed names, compressed copies. */

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

import { chineseFonts, standsAlone } from './chinese-fonts.ts';

const COMPRESSED = /\.(js|css|json|svg)$/;
const SMALLEST = 1024; // bytes; below this a compressed copy saves nothing
const LARGE = 200_000; // bytes; above this the last brotli levels cost seconds for a percent

/** Writes `.br` and `.gz` beside every text asset, so that the server never compresses the same bytes twice. */
function compressedCopies(): Plugin {
  return {
    name: 'compressed-copies',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          if (!COMPRESSED.test(fileName)) continue;
          const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          if (source.byteLength < SMALLEST) continue;
          const level = source.byteLength > LARGE ? 9 : constants.BROTLI_MAX_QUALITY;
          const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: level } };
          this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source, quality) });
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
        }
      },
    },
  };
}

/** Keeps KaTeX to its woff2 fonts, which every browser that runs the rest can read. */
function woff2Only(): Plugin {
  return {
    name: 'woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('katex') || !id.endsWith('.css')) return null;
      return code.replace(/,url\([^)]+\.(woff|ttf)\) format\("[a-z]+"\)/g, '');
    },
  };
}

export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [chineseFonts(), woff2Only(), svelte(), compressedCopies()],
  build: {
    outDir: 'dist',
    manifest: 'manifest.json',
    target: 'es2022',
    assetsInlineLimit: (file) => (standsAlone(file) ? false : undefined),
    chunkSizeWarningLimit: 2000, // kB; swagger-ui is that large, and only /docs loads it
    rolldownOptions: {
      checks: { pluginTimings: false }, // compressing and cutting fonts takes most of the time, as it must
      input: {
        draw: 'src/entries/draw.ts',
        lesson: 'src/entries/lesson.ts',
        embed: 'src/entries/embed.ts',
        exhibit: 'src/entries/exhibit.ts',
        docs: 'src/entries/docs.ts',
        theme: 'src/entries/theme.ts',
        pageScript: 'src/entries/page.ts',
        page: 'src/style/page.css',
        chinese: 'src/style/chinese.css',
        icon: 'src/style/icon.svg',
      },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'embed' ? 'embed.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
});
