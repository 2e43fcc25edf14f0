// Writes src/wire/types.ts, or the file that is named, from the JSON Schema on standard input.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { argv, stdin } from 'node:process';
import { text } from 'node:stream/consumers';

import { compile } from 'json-schema-to-typescript';

const TYPES = argv[2] ?? new URL('src/wire/types.ts', import.meta.url);
const FIRST_LINE = '// Every message that crosses the wire, written by `npm run types` from app/receptive/schemas.';

/** Says the same schema in the words that the compiler turns into the plainest types. */
function plain(node) {
  if (Array.isArray(node)) return node.map(plain);
  if (node === null || typeof node !== 'object') return node;
  const said = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, plain(value)]));
  if (said.properties && said.type === 'object') {
    for (const property of Object.values(said.properties)) delete property.title;
    // Both ends write every field, defaults too, so that a reader never meets an absent one.
    said.required = Object.keys(said.properties);
  }
  // That a list is not empty is the server's to check; said as a type it would be a tuple that nobody can write.
  if (said.minItems !== said.maxItems) delete said.minItems;
  else if (said.minItems && !said.prefixItems)
    said.prefixItems = Array.from({ length: said.minItems }, () => said.items);
  if (said.prefixItems) {
    said.items = said.prefixItems;
    delete said.prefixItems;
  }
  return said;
}

async function written() {
  const schema = plain(JSON.parse(await text(stdin)));
  const types = await compile({ $defs: schema.$defs, title: 'Wire' }, 'Wire', {
    additionalProperties: false,
    bannerComment: FIRST_LINE,
    maxItems: -1,
    style: { singleQuote: true, printWidth: 120 },
    unreachableDefinitions: true,
  });
  return types
    .replace(/\n \*\n \* This interface was referenced by[^\n]*\n \* via [^\n]*/g, '')
    .replace(/\nexport interface Wire \{[^}]*\}\n/, '\n')
    .replace(/^(\/\/[^\n]*)\n+/, '$1\n\n');
}

const types = await written();
// Written only when it changes, so that a build which watches the sources does not begin anew.
if (!existsSync(TYPES) || readFileSync(TYPES, 'utf8') !== types) writeFileSync(TYPES, types);
