// Owns the build of the dashboard: one script, one style sheet, an icon and the page that names them, for browsers.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildResult, build } from 'esbuild';
import { installFile } from './install-file.ts';

/** What browsers have had since the middle of 2024: `light-dark()` and registered colours. */
const TARGET = ['chrome123', 'firefox128', 'safari17.5'];

/** Builds it into `folder`, where nothing of a former build is left. */
export async function buildDashboard(root: string, folder: string): Promise<BuildResult> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ['src/dashboard/main.tsx'],
    outdir: folder,
    entryNames: 'app-[hash]',
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: TARGET,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  const files = new Map(result.outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const icon = readFileSync(join(root, 'src/dashboard/icon.svg'));
  const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
  files.set(iconName, icon);
  const named = (ending: string): string =>
    [...files.keys()].find((name) => name.endsWith(ending)) ?? `missing${ending}`;
  const page = pageOf({ script: named('.js'), style: named('.css'), icon: iconName });
  for (const [name, contents] of files) installFile(join(folder, name), contents);
  // Last: who reads the folder meanwhile finds a page whose files are there.
  installFile(join(folder, 'index.html'), page);
  for (const name of readdirSync(folder))
    if (name !== 'index.html' && !files.has(name)) rmSync(join(folder, name), { force: true });
  return result;
}

/** The page has nothing of its own to run or to style: its policy would forbid it. */
function pageOf({ script, style, icon }: Record<'script' | 'style' | 'icon', string>): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Styxy</title>
<link rel="icon" href="/assets/${icon}">
<link rel="stylesheet" href="/assets/${style}">
<script type="module" src="/assets/${script}"></script>
</head>
<body>
<div id="app"></div>
<noscript>The dashboard needs JavaScript. <code>styxy list --watch</code> shows the leases in a terminal.</noscript>
</body>
</html>
`;
}
