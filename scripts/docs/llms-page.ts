// Owns llms.txt: what a language model has to know to use Styxy, and where the rest stands. Its form is that of https://llmstxt.org.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../src/cli/command.ts';
import { HOMEPAGE } from '../../src/errors.ts';
import { TOOLS } from '../../src/mcp/tools.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What one would read first, and what few need; the others come between them by name. */
const FIRST = ['contract.md', 'agents.md', 'cli.md', 'http.md'];
const OPTIONAL = [
  'docs/autostart.md',
  'docs/invariants.md',
  'docs/reference/doctor.md',
  'docs/reference/metrics.md',
  'docs/reference/performance.md',
  'docs/reference/destruction.md',
  'docs/observability/README.md',
  'docs/adr/README.md',
];

function pagesOf(folder: string): string[] {
  const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md') && !OPTIONAL.includes(`${folder}/${name}`))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en'))
    .map((name) => `${folder}/${name}`);
}

export function renderLlms(commands: readonly Command[]): string {
  const pages = { Docs: pagesOf('docs'), Reference: pagesOf('docs/reference'), Optional: OPTIONAL };
  const sections = Object.entries(pages).map(
    ([title, paths]) => `## ${title}\n\n${paths.map(linkTo).join('\n')}\n`,
  );
  return `# Styxy

> A daemon that hands out the ports of a machine, so that coding agents, worktrees and dev servers never collide. A command line, an HTTP API, an
> MCP server, hooks for coding agents, and a library for Node.

An address that is in use is a conflict of ports and no bug in the code. Never change an application for it, and never end the server that holds
the port: it belongs to somebody else. Start servers by \`styxy run -- COMMAND\`, which finds a free port and tells the command about it. With \`--json\`
a command prints exactly one JSON document; a refusal is a problem document with a stable \`code\`, and \`styxy explain CODE\` explains it.

## Commands

${commands.map(({ name, summary }) => `- \`styxy ${name}\`: ${summary}`).join('\n')}

## Tools by MCP (\`styxy mcp\`)

${TOOLS.map(({ name, title }) => `- \`${name}\`: ${title}`).join('\n')}

${sections.join('\n')}`;
}

/** A link with the title of the page and its first sentence. */
function linkTo(path: string): string {
  const text = readFileSync(join(ROOT, path), 'utf8').replace(/^<!--.*-->\n/, '');
  const title = /^# (.+)$/m.exec(text)?.[1] ?? path;
  const first = text
    .replace(/^# .+$/m, '')
    .replace(/^```[\s\S]*?^```$/gm, '')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .find((paragraph) => /^[`*[\w]/.test(paragraph));
  const sentence = /^[\s\S]*?[.:;](?=\s|$)/.exec(first ?? '')?.[0] ?? '';
  const plain = sentence.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\s+/g, ' ');
  return `- [${title}](${HOMEPAGE}/blob/main/${path}): ${plain.replace(/[.:;]$/, '')}`;
}
