// Owns the generated documents: writes them anew, or with `--check` says which are out of date.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCUMENTS, type GeneratedDocument } from './docs/pages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function isCurrent({ path, render }: GeneratedDocument): boolean {
  try {
    return readFileSync(join(root, path), 'utf8') === render();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

const outdated = DOCUMENTS.filter((document) => !isCurrent(document));
if (process.argv.includes('--check')) {
  for (const { path } of outdated) console.error(`${path} is out of date: run \`npm run docs\``);
  process.exitCode = outdated.length === 0 ? 0 : 1;
} else {
  for (const { path, render } of outdated) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), render());
    console.log(path);
  }
}
