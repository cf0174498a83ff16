// Owns the decision on a command that an agent wants to run: leave it, refuse it, say something, or give it leases.

import { readKills } from './kill-command.ts';
import { findHits } from './kill-hits.ts';
import type { KillHit, LeaseFact } from './machine-facts.ts';
import { ownerText, quotedCommand } from './owner-text.ts';
import type { LeaseRequest, LineWishes, PreToolDecision, PreToolFacts, ServerCommand } from './pre-tool.ts';
import { readCommandLine } from './read-command-line.ts';
import { readServers, type Surroundings } from './server-command.ts';

/** Substitutions, wherever they stand: in a document, a test, arithmetic, an index, an array. */
const HIDES_COMMANDS = /\$\(|`|[<>]\(|\$\{[^}]*@/;

/** So many owners are named; the others are counted. */
const MAX_NAMED = 5;

/**
 * What a text wants of servers and processes. Reads package scripts, and nothing else.
 *
 * @returns null where the text is none of our business, or not certain
 */
export function readWishes(text: string, around: Surroundings): LineWishes | null {
  const line = readCommandLine(text);
  if (line === null) return null;
  const { servers, isAlone } = readServers(line, around);
  const kills = readKills(line, around);
  // Not every place is looked through: whatever may hide another command there, nobody is spared a question for.
  const isServerAlone = isAlone && !HIDES_COMMANDS.test(text);
  return servers.length === 0 && kills.length === 0 ? null : { servers, isServerAlone, kills };
}

/** Decides with the facts of the machine. A kill is decided before a server: one line has one answer. */
export function decidePreTool(wishes: LineWishes, facts: PreToolFacts): PreToolDecision {
  const hits = facts.killGuard === 'off' ? [] : findHits(wishes.kills, facts.machine);
  const warning = hits.length === 0 ? null : killText(hits);
  if (warning !== null && (facts.killGuard === 'deny' || facts.killGuard === 'ask'))
    return { kind: facts.killGuard, reason: warning };
  const served = facts.rewrites ? decideServers(wishes.servers, facts) : { kind: 'none' as const };
  return warning === null ? served : withSentence(served, warning);
}

function withSentence(decision: PreToolDecision, sentence: string): PreToolDecision {
  switch (decision.kind) {
    case 'none':
      return { kind: 'tell', sentence };
    case 'tell':
      return { kind: 'tell', sentence: `${sentence} ${decision.sentence}` };
    case 'lease':
      return {
        ...decision,
        sentence: [sentence, decision.sentence].filter((each) => each !== null).join(' '),
      };
    default:
      return decision;
  }
}

function killText(hits: readonly KillHit[]): string {
  const [first] = hits;
  const command = quotedCommand(first?.text ?? '');
  const owners = hits.slice(0, MAX_NAMED).map(({ lease, pid }) => ownerText(lease, pid));
  const more = hits.length > MAX_NAMED ? ` and ${hits.length - MAX_NAMED} more` : '';
  const whose = hits.length === 1 ? 'a server that is not yours' : 'servers that are not yours';
  return (
    `Styxy: ${command} would end ${whose}: ${owners.join('; ')}${more}. ` +
    'Leave it running, and start your own on another port: put `styxy run -- ` in front of your command, which finds a free one. ' +
    'To end only what is yours, name its process by `kill PID`; `styxy list --here` shows which ports are yours.'
  );
}

type Judged =
  | { readonly kind: 'leave' }
  | { readonly kind: 'deny' | 'tell'; readonly sentence: string }
  | { readonly kind: 'lease'; readonly request: LeaseRequest };

function decideServers(servers: readonly ServerCommand[], facts: PreToolFacts): PreToolDecision {
  const judged = servers.map((server) => judge(server, facts));
  const [denied] = judged.flatMap((each) => (each.kind === 'deny' ? [each.sentence] : []));
  if (denied !== undefined) return { kind: 'deny', reason: denied };
  const requests = judged.flatMap((each) => (each.kind === 'lease' ? [each.request] : []));
  const sentences = judged.flatMap((each) => (each.kind === 'tell' ? [each.sentence] : []));
  const sentence = sentences.length === 0 ? null : sentences.join(' ');
  if (requests.length > 0) return { kind: 'lease', requests, sentence };
  return sentence === null ? { kind: 'none' } : { kind: 'tell', sentence };
}

function judge(server: ServerCommand, { machine, projectOf }: PreToolFacts): Judged {
  const { askedPort, reach, serviceType, directory } = server;
  const holder = machine.leases.find(
    ({ protocol, ports }) => protocol === 'tcp' && askedPort !== null && ports.includes(askedPort),
  );
  const isOwn = holder !== undefined && isOfProject(holder, projectOf(directory));
  // It was told a port that is its project's already.
  if (isOwn) return { kind: 'leave' };
  if (reach === 'none')
    return holder === undefined ? { kind: 'leave' } : { kind: 'tell', sentence: takenText(server, holder) };
  if (reach === 'fixed' && holder !== undefined) return { kind: 'deny', sentence: takenText(server, holder) };
  return {
    kind: 'lease',
    request: {
      server,
      serviceType,
      directory,
      preferredPort: askedPort,
      exact: reach === 'fixed',
      holder: holder === undefined ? null : ownerText(holder),
    },
  };
}

function isOfProject({ projectPath, isOwn }: LeaseFact, project: string | null): boolean {
  return projectPath === null ? isOwn : projectPath === project;
}

/** For a server that cannot be told another port from here. */
function takenText({ askedPort, plan, serviceType }: ServerCommand, holder: LeaseFact): string {
  return (
    `Styxy: ${plan.tool ?? 'the command'} would open port ${askedPort}, which is held by ${ownerText(holder)}. ` +
    'That is a conflict of ports and no bug in the code; do not end the other server. ' +
    `Ask for a port by \`styxy allocate -s ${serviceType} -q\`, and write it where this one is named.`
  );
}
