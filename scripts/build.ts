// Owns the bundles of the published package: the frequent commands, the daemon, the library, and what few need apart from them.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { pluginFront } from '../src/agents/hook-front.ts';
import { buildDashboard } from './build/dashboard.ts';
import { installFile } from './build/install-file.ts';
import { writeLibrary } from './build/library.ts';
import { writeNotices } from './build/notices.ts';
import { VERSION_CHECK } from './build/version-check.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
/** What `bin` in package.json names. */
const PROGRAM = 'styxy.cjs';

/**
 * What few need is in bundles of their own: the text of a bundle is compiled as a whole when it is loaded, some 20 ms for a megabyte. Each
 * is a room that knows no class of the others', since what is in two bundles exists twice.
 */
const APART: readonly { readonly file: string; readonly imported: RegExp }[] = [
  // The frequent commands load it only when they are not what is meant.
  { file: 'cli.cjs', imported: /\/command-line\.ts$/ },
  { file: 'mcp.cjs', imported: /\/mcp\/serve\.ts$/ },
  // The readers of shell commands and patterns, which the first agent's command needs.
  { file: 'agents.cjs', imported: /\/agents\/decide-pre-tool\.ts$/ },
  { file: 'prom-client.cjs', imported: /^prom-client$/ },
  // For compose files alone.
  { file: 'yaml.cjs', imported: /^yaml$/ },
];

const apart: Plugin = {
  name: 'apart',
  setup({ onResolve }) {
    for (const { file, imported } of APART) {
      onResolve({ filter: imported }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${file}`, external: true } : undefined,
      );
    }
  },
};

/** The plug-in for Vite and the library that a program imports besides are one. */
const ownLibrary: Plugin = {
  name: 'own-library',
  setup({ onResolve }) {
    onResolve({ filter: /\.\/index\.ts$/ }, () => ({ path: './index.cjs', external: true }));
  },
};

/** The engine for JSON Schema that the library of the MCP server would load, and that we give it no use for. */
const withoutSchemaEngine: Plugin = {
  name: 'without-schema-engine',
  setup({ onResolve, onLoad }) {
    const shims = '@modelcontextprotocol/server/_shims';
    onResolve({ filter: new RegExp(`^${shims}$`) }, () => ({ path: shims, namespace: 'shims' }));
    onLoad({ filter: /.*/, namespace: 'shims' }, () => ({
      contents:
        "export { default as process } from 'node:process'; export class DefaultJsonSchemaValidator {}",
    }));
  },
};

/**
 * What Fastify and prom-client load and the daemon never reaches: requests are checked by the project's own parsers, nothing is injected,
 * no plug-in names a version, and TCP is plain HTTP on literal addresses. Together they would be half of the start.
 */
const UNUSED_BY_DAEMON = [
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'light-my-request',
  'semver',
  'node:https',
  'node:http2',
  'node:dns',
  // Summaries and exemplars need them, and there are none.
  'tdigest',
  '@opentelemetry/api',
];

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${UNUSED_BY_DAEMON.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'unused' }));
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Of package.json the program needs its version alone; a bundle would hold the whole file, and parse it at each start. */
const versionOfManifest: Plugin = {
  name: 'version-of-manifest',
  setup({ onLoad }) {
    const manifest = join(ROOT, 'package.json');
    onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      if (path !== manifest) return undefined;
      const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const COMMON: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  // A package's own CommonJS may find its parts by ways that no bundler can follow.
  mainFields: ['module', 'main'],
  target: 'node22.13',
  // CommonJS starts faster than ES modules, and only without a dynamic import in it.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  // Names stay: stack traces are read by people.
  minifyWhitespace: true,
  minifySyntax: true,
  // The notices of everything that is bundled are in a file of their own.
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

const BUNDLES: readonly BuildOptions[] = [
  {
    entryPoints: ['src/cli/main.ts'],
    outfile: `dist/${PROGRAM}`,
    plugins: [apart],
    banner: { js: VERSION_CHECK },
    // Must be parsed by every Node that somebody may still have, so that its first statement can tell them.
    target: 'es2017',
  },
  { entryPoints: ['src/cli/command-line.ts'], outfile: 'dist/cli.cjs', plugins: [apart] },
  { entryPoints: ['src/mcp/serve.ts'], outfile: 'dist/mcp.cjs', plugins: [withoutSchemaEngine] },
  { entryPoints: ['src/daemon/main.ts'], outfile: 'dist/daemon.cjs', plugins: [apart, withoutUnused] },
  { entryPoints: ['src/agents/decide-pre-tool.ts'], outfile: 'dist/agents.cjs' },
  { entryPoints: ['yaml'], outfile: 'dist/yaml.cjs' },
  { entryPoints: ['prom-client'], outfile: 'dist/prom-client.cjs', plugins: [withoutUnused] },
  { entryPoints: ['src/index.ts'], outfile: 'dist/index.cjs' },
  { entryPoints: ['src/vite/plugin.ts'], outfile: 'dist/vite.cjs', plugins: [ownLibrary] },
];

const results = await Promise.all(
  BUNDLES.map(({ plugins = [], ...bundle }) =>
    build({ ...COMMON, ...bundle, plugins: [versionOfManifest, ...plugins], write: false }),
  ),
);
const files = results.flatMap(({ outputFiles }) => outputFiles);
for (const { path, contents } of files)
  installFile(path, contents, basename(path) === PROGRAM ? 0o755 : 0o644);
// The hooks of the plug-in for Claude Code call it.
installFile(join(DIST, 'claude-hook.sh'), pluginFront(), 0o755);
writeLibrary(ROOT, DIST);
const wanted = new Set(files.map(({ path }) => basename(path)));
for (const name of readdirSync(DIST))
  if (name.endsWith('.cjs') && !wanted.has(name)) rmSync(join(DIST, name));

const page = await buildDashboard(ROOT, join(DIST, 'dashboard'));
const metafiles = [...results, page].flatMap(({ metafile }): Metafile[] =>
  metafile === undefined ? [] : [metafile],
);
const packages = writeNotices(ROOT, metafiles);
for (const { outputs } of metafiles) {
  for (const [path, { bytes }] of Object.entries(outputs))
    console.log(`${basename(path).padEnd(12)} ${(bytes / 1024).toFixed(0).padStart(6)} KiB`);
}
console.log(`${packages} packages are bundled: THIRD-PARTY-NOTICES.md`);
process.exitCode = [...results, page].some(({ warnings }) => warnings.length > 0) ? 1 : 0;
