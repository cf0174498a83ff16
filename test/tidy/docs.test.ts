// Owns the truth of the documents: generated ones are current, links resolve, and commands exist.

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { EXAMPLE, GUIDE_EXAMPLE, PLACEMENT_EXAMPLE } from '../../scripts/docs/configuration-page.ts';
import { DOCUMENTS } from '../../scripts/docs/pages.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { parseGuide } from '../../src/config/parse-guide.ts';
import { startScript } from '../../src/config/placement-script.ts';
import { ERROR_CODES, HOMEPAGE, helpUrl } from '../../src/errors.ts';
import { DEFAULT_API_PORT } from '../../src/home.ts';
import { commandsIn, commandsOfLine, objectionTo } from './hints.ts';
import { blocksIn, handWrittenPages, recipesIn } from './recipes.ts';
import { ROOT, read, repositoryFiles } from './tree.ts';

const pages = repositoryFiles().filter((path) => path.endsWith('.md'));

/** The text outside of fenced code. */
function prose(markdown: string): string {
  return markdown.replace(/^(`{3,})[\s\S]*?^\1\s*$/gm, '');
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose(markdown).matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
    const slug = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with a relative link, or null. */
function brokenLink(from: string, target: string): string | null {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from : join(dirname(from), decodeURIComponent(path));
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return `${from}: ${target} does not exist`;
  if (anchor === undefined || statSync(join(ROOT, file)).isDirectory()) return null;
  return anchorsOf(read(file)).has(anchor) ? null : `${from}: ${target} has no such heading`;
}

describe('documents', () => {
  for (const { path, render } of DOCUMENTS) {
    it(`${path} is what the code says now`, () => {
      assert.equal(read(path), render(), 'run `npm run docs`');
    });
  }

  it('link to what exists', () => {
    const broken = pages.flatMap((page) =>
      [
        ...prose(read(page))
          .replace(/`[^`\n]*`/g, '')
          .matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|\b(?:src|href)="([^"]+)"/g),
      ]
        .map(([, link, attribute]) => link ?? attribute ?? '')
        .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
        .map((target) => brokenLink(page, target)),
    );
    assert.deepEqual(
      broken.filter((each) => each !== null),
      [],
    );
  });

  it('show no recipe that no test runs', () => {
    // Recipes of pages that people write are run by test/e2e/readme.test.ts; the examples of commands by
    // test/e2e/cli-examples.test.ts; what the pages of errors tell to type is parsed by errors.test.ts.
    const isRun = new Set(handWrittenPages());
    const isGenerated = new Set(DOCUMENTS.map(({ path }) => path));
    const unrun = pages
      .filter((page) => !isRun.has(page) && !isGenerated.has(page))
      .flatMap((page) =>
        recipesIn(read(page))
          .filter((recipe) => !recipe.startsWith('npm '))
          .map((recipe) => `${page}: ${recipe.split('\n')[0]}`),
      );
    assert.deepEqual(unrun, []);
  });

  it('say why a command that they show is not run', () => {
    const silent = handWrittenPages().flatMap((page) =>
      blocksIn(read(page))
        .filter(({ info }) => !/^(?:sh|console|json|mermaid)$|^text not run: \S/.test(info))
        .filter(({ text }) => /^\s*(?:\$ )?(?:styxy|npm|npx|docker|git) /m.test(text))
        .map(({ info, text }) => `${page}: \`\`\`${info}: ${text.split('\n')[0]}`),
    );
    assert.deepEqual(silent, []);
  });

  it('name commands that can be typed', () => {
    const refused = handWrittenPages().flatMap((page) => {
      const text = read(page);
      const typed = blocksIn(text)
        .filter(({ info }) => info === 'console' || info.startsWith('text'))
        .flatMap(({ text: shown }) => [...shown.matchAll(/^(?:\$ )?(styxy .*?)(?: {2,}#.*)?$/gm)])
        .flatMap(([, line = '']) => commandsOfLine(line));
      return [...commandsIn(prose(text)), ...typed]
        .map((command) => objectionTo(command.replace(/\bPORT\b/g, '3000')))
        .filter((objection) => objection !== null)
        .map((objection) => `${page}: ${objection}`);
    });
    assert.deepEqual(refused, []);
  });

  it('are all on the map, or in the README', () => {
    const map = read('docs/README.md');
    const front = read('README.md');
    const lost = pages
      .filter((page) => /^docs\/(?:reference\/)?[^/]+\.md$/.test(page) && page !== 'docs/README.md')
      .filter((page) => !map.includes(`](${page.slice('docs/'.length)})`) && !front.includes(`](${page}`));
    assert.deepEqual(lost, []);
  });

  it('name npm scripts that exist', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    // `npm run dev` is the reader's own project's, in examples of what Styxy runs.
    assert.ok(!('dev' in scripts));
    const known = new Set([...Object.keys(scripts), 'ci', 'install', 'uninstall', 'pack', 'audit', 'dev']);
    const unknown = pages.flatMap((page) =>
      [...read(page).matchAll(/(?<=^|[`&;] ?)npm (?:run )?([a-z][\w:-]*)/gm)]
        .map(([, name = '']) => name)
        .filter((name) => !known.has(name))
        .map((name) => `${page}: npm ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it('have the two commands of the README, in this form', () => {
    assert.match(read('README.md'), /npm ci && npm run demo/);
    assert.match(read('README.md'), /npm ci && npm test/);
  });

  it('name files of the repository that exist', () => {
    const named = /`((?:src|test|scripts|bench|docs|openapi)\/[\w./-]*[\w/])`/g;
    const missing = pages
      .filter((page) => page !== 'CHANGELOG.md')
      .flatMap((page) =>
        [...read(page).matchAll(named)]
          .map(([, path = '']) => path)
          .filter((path) => !existsSync(join(ROOT, path)))
          .map((path) => `${page}: ${path}`),
      );
    assert.deepEqual(missing, []);
  });

  it('show a configuration that is right', () => {
    const context = { ephemeral: { start: 32_768, end: 60_999 }, ownPort: DEFAULT_API_PORT };
    assert.deepEqual(parseConfig(EXAMPLE, context).errors, []);
  });

  it('show a port guide of which every type is read', () => {
    const { entries, mistakes, notUnderstood } = parseGuide(GUIDE_EXAMPLE);
    assert.deepEqual(
      entries.map(({ name, type }) => [name, ...type.range]),
      [
        ['grpc', 12_000, 12_049],
        ['queue', 12_050, 12_099],
        ['search', 12_100, 12_149],
      ],
    );
    assert.deepEqual([mistakes, notUnderstood], [[], []]);
  });

  it('shows a placement module that chooses as it says', () => {
    const script = startScript(PLACEMENT_EXAMPLE, 'placement.js');
    assert.ok(typeof script !== 'string', String(script));
    const starts = [
      { start: 10_000, end: 20_000 },
      { start: 21_500, end: 30_000 },
    ];
    const choices = ['crm-web', 'shop', 'other'].map((type) => script.ask(JSON.stringify({ type, starts })));
    script.close();
    assert.deepEqual(choices, [{ number: 21_500 }, { number: 22_000 }, { number: null }]);
  });

  it('explain every error where its help URL points, and nothing that is no error', () => {
    const folder = 'docs/reference/errors/';
    const told = pages.filter((page) => page.startsWith(folder)).sort();
    assert.deepEqual(told, ERROR_CODES.map((code) => `${folder}${code}.md`).sort());
    for (const code of ERROR_CODES) assert.equal(helpUrl(code), `${HOMEPAGE}/blob/main/${folder}${code}.md`);
  });
});
