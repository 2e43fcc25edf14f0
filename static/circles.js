// Reports import circles below src/, or below the folder that is given. Type-only and dynamic imports count.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { argv, exit } from 'node:process';

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*(['"])(\.[^'"\n]+)\1/g;
const SCRIPT = /<script[^>]*>([^]*?)<\/script>/g;
const SOURCE = /\.(ts|js|svelte)$/;
const ENDINGS = ['', '.ts', '.js', '/index.ts'];

/** The file that a relative import names. */
function target(file, name) {
  const path = join(dirname(file), name.replace(/\?.*$/, ''));
  const found = ENDINGS.map((ending) => path + ending).find((each) => existsSync(each) && statSync(each).isFile());
  if (!found) throw new Error(`${file} imports ${name}, which does not exist`);
  return found;
}

/** The code of a file: of a Svelte component, its scripts. */
function code(file) {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.svelte') ? [...text.matchAll(SCRIPT)].map((match) => match[1]).join('\n') : text;
}

/** The source files that a file imports. */
function imports(file) {
  const names = [...code(file).matchAll(IMPORT)].map((match) => match[2]);
  return names.map((name) => target(file, name)).filter((path) => SOURCE.test(path));
}

/** The circles that a depth-first walk meets: at least one where there is any. */
function circles(files) {
  const done = new Set();
  const found = [];
  const visit = (file, path) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file]);
    if (path.includes(file) || done.has(file)) return;
    for (const next of imports(file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

const root = resolve(argv[2] ?? join(import.meta.dirname, 'src'));
const files = readdirSync(root, { recursive: true }).filter((name) => SOURCE.test(name));
const found = circles(files.map((name) => join(root, name)));
for (const circle of found) console.error(`Import circle: ${circle.map((file) => relative(root, file)).join(' -> ')}`);
exit(found.length > 0 ? 1 : 0);
