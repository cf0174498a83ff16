// Owns THIRD-PARTY-NOTICES.md: the licence of every package that the bundles hold.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/**
 * Writes the notices, unless they are current.
 *
 * @returns how many packages there are
 * @throws Error when a package has no licence: it must not be shipped then
 */
export function writeNotices(root: string, metafiles: readonly Metafile[]): number {
  const packages = [...bundledFolders(metafiles)].sort().map((folder) => readPackage(root, folder));
  const path = join(root, 'THIRD-PARTY-NOTICES.md');
  const text = render(packages);
  if (currentText(path) !== text) writeFileSync(path, text);
  return packages.length;
}

/** The folders of the packages of which at least one byte is in an output. */
function bundledFolders(metafiles: readonly Metafile[]): Set<string> {
  const folders = new Set<string>();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return folders;
}

function readPackage(root: string, folder: string): BundledPackage {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e(?:\.\w+)?$/i.test(name));
  if (manifest.license === undefined) throw new Error(`${folder} names no licence`);
  const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
  return { name: manifest.name, version: manifest.version, licence: manifest.license, text };
}

function render(packages: readonly BundledPackage[]): string {
  const sections = packages.map(({ name, version, licence, text }) => {
    const body =
      text === '' ? 'The package comes without the text of its licence.' : `\`\`\`\`text\n${text}\n\`\`\`\``;
    return `## ${name} ${version}\n\n${licence}\n\n${body}\n`;
  });
  return `# Third-party notices\n\nThe published package of Styxy holds code of these packages.\n\n${sections.join('\n')}`;
}

function currentText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
