// Owns the plug-in of Claude Code, which the package itself is: its manifest, its hooks, and the marketplace that offers it.

import manifest from '../../package.json' with { type: 'json' };
import { HOOKED_AGENTS } from '../../src/hooks/hooked-agents.ts';

/** What Claude Code puts a path in place of. */
const ROOT = ['$', '{CLAUDE_PLUGIN_ROOT}'].join('');
const DESCRIPTION =
  'Every session gets its own ports: leases before servers start, guards against ending the servers of others, the port map as tools.';

export function pluginManifest(): object {
  return {
    name: manifest.name,
    version: manifest.version,
    description: DESCRIPTION,
    author: { name: 'The Styxy authors', url: manifest.homepage },
    homepage: manifest.homepage,
    repository: manifest.homepage,
    license: manifest.license,
    keywords: manifest.keywords,
    // Not in a .mcp.json, which whoever works on this repository would be offered as the project's own.
    mcpServers: { styxy: { command: 'node', args: [`${ROOT}/dist/styxy.cjs`, 'mcp'] } },
  };
}

export function pluginMarketplace(): object {
  const { name, version, homepage, license } = manifest;
  return {
    name,
    owner: { name: 'The Styxy authors' },
    metadata: { description: 'Ports for coding agents, worktrees and dev servers', version },
    plugins: [
      {
        name,
        description: DESCRIPTION,
        version,
        // The package is built; a checkout is not.
        source: { source: 'npm', package: name, version },
        homepage,
        license,
        category: 'development',
      },
    ],
  };
}

/** The same hooks as `styxy hooks install` puts into settings, called by a front that knows no path of the machine. */
export function pluginHooks(): object {
  // Some shells end with 2 where the file is gone, which would block every command of the agent.
  const front = `"${ROOT}/dist/claude-hook.sh"`;
  const call = (event: string): string => `[ ! -r ${front} ] || exec sh ${front} ${event}`;
  const { hooks }: { hooks: object } = JSON.parse(HOOKED_AGENTS.claude.text.put(null, call) ?? '');
  return {
    description:
      'Leases before servers start, guards before kills, explanations of ports in use. Made by `npm run docs`.',
    hooks,
  };
}
