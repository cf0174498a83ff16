// Owns what the library's bundles need to be imported: a face for ES modules, and types for both kinds of modules.
//
// The code is CommonJS once, so that a program that imports and requires it has one `StyxyError` and one set of leases; the face for ES
// modules only names what is in it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { installFile } from './install-file.ts';

interface Entry {
  /** As in `dist/index.cjs`. */
  readonly name: string;
  readonly source: string;
  /** The values that it exports, as its ES module has to list them. */
  readonly values: readonly string[];
  /** Which of them is the default export of the ES module too; null where there is none. */
  readonly defaultValue: string | null;
}

export const LIBRARY: readonly Entry[] = [
  { name: 'index', source: 'src/index.ts', values: ['connect', 'StyxyError'], defaultValue: null },
  { name: 'vite', source: 'src/vite/plugin.ts', values: ['styxy'], defaultValue: 'styxy' },
];

/** `await using` of a lease needs them, whatever library a program's configuration names. */
const DISPOSABLES = '/// <reference lib="esnext.disposable" />\n';

/** Writes faces and types of the library into `dist`. */
export function writeLibrary(root: string, dist: string): void {
  const types = join(dist, 'types');
  const sources = writeDeclarations(root, types);
  // The declarations describe CommonJS, and a folder says of which kind its modules are.
  installFile(join(types, 'package.json'), '{ "type": "commonjs" }\n');
  for (const { name, source, values, defaultValue } of LIBRARY) {
    const declared = `./types/${sources.get(source) ?? ''}`;
    const named = values.join(', ');
    const isDefault = defaultValue === null ? '' : `export default library.${defaultValue};\n`;
    installFile(
      join(dist, `${name}.js`),
      `import library from './${name}.cjs';\nexport const { ${named} } = library;\n${isDefault}`,
    );
    const alsoDefault =
      defaultValue === null ? '' : `export { ${defaultValue} as default } from '${declared}';\n`;
    const text = `${DISPOSABLES}export * from '${declared}';\n`;
    installFile(join(dist, `${name}.d.ts`), `${text}${alsoDefault}`);
    installFile(join(dist, `${name}.d.cts`), text);
  }
}

/**
 * Writes the declarations of the entries, and of what these name, and of nothing else.
 *
 * @returns for each source its declaration as a module imports it, relative to `types`
 */
function writeDeclarations(root: string, types: string): ReadonlyMap<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'styxy-types-'));
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const words = ['-p', join(root, 'scripts', 'build', 'tsconfig.json'), '--outDir', out];
    execFileSync(process.execPath, [compiler, ...words], { stdio: ['ignore', 'inherit', 'inherit'] });
    const queue = LIBRARY.map(({ source }) => join(out, declarationOf(source)));
    const done = new Set<string>();
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (done.has(path)) continue;
      done.add(path);
      const folder = dirname(path);
      const text = readFileSync(path, 'utf8').replaceAll(
        /(from ['"])(\.{1,2}\/[^'"]+)\.ts(['"])/g,
        (_, before: string, target: string, after: string) => {
          queue.push(join(folder, `${target}.d.ts`));
          return `${before}${target}.js${after}`;
        },
      );
      installFile(join(types, relative(out, path)), text);
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return new Map(LIBRARY.map(({ source }) => [source, declarationOf(source).replace(/\.d\.ts$/, '.js')]));
}

function declarationOf(source: string): string {
  return source.replace(/^src\//, '').replace(/\.ts$/, '.d.ts');
}
