// Owns the front of a hook: a small script of the POSIX shell that starts Node only where an event may concern us.
//
// Starting Node takes forty times as long as this script. It may be wrong by asking for nothing, and never by silence: what it
// cannot be sure of goes to the daemon.

import { TELLING_OF_CONFLICTS } from './address-in-use.ts';
import { DIALECTS } from './dialects.ts';
import { MAX_BODY_BYTES } from './event-size.ts';
import { hookMark } from './hook-mark.ts';
import { type AgentName, OCCASIONS, type Occasion } from './occasions.ts';
import { tellingWords } from './telling-words.ts';

export interface FrontFacts {
  readonly agent: AgentName;
  /** Absolute paths: a worktree's PATH may lead to another Node. */
  readonly node: string;
  readonly nodeFlags: readonly string[];
  readonly program: string;
  /** STYXY_HOME. */
  readonly home: string;
  /** The version that wrote it. */
  readonly version: string;
}

/** What a word is made of, as a bracket of the shell's patterns has it. */
const IN_WORD = 'A-Za-z0-9_-';
/** A longer text is looked through by `grep`, which is started for it: the shell's own patterns are slow on it. In characters. */
const MAX_MATCHED = 1_000;
/** JSON may write six bytes for one; no agent writes spaces between. A longer event would not be sent, whatever is in it. */
const MAX_INPUT = 6 * MAX_BODY_BYTES;
/** Patterns in one branch of a `case`, by line. */
const PER_LINE = 6;

/** The script: the first argument is the event's name, the event comes on standard input. */
export function frontScript({ agent, node, nodeFlags, program, home, version }: FrontFacts): string {
  return scriptOf(agent, {
    origin: `made by styxy ${version}: \`styxy hooks install\` writes it anew`,
    program: [node, ...nodeFlags, program].map(word).join(' '),
    preparation: (quiet) => `[ -x ${word(node)} ] && [ -f ${word(program)} ] || ${quiet}
unset NODE_OPTIONS
STYXY_HOME=${word(home)}
export STYXY_HOME`,
  });
}

/**
 * The front in the plug-in of Claude Code, which is the package itself. It knows no path of the machine, and is silent where the
 * settings have hooks of ours already: one of the two acts.
 */
export function pluginFront(): string {
  const settings = [
    `\${CLAUDE_CONFIG_DIR:-$HOME/.claude}/settings.json`,
    ...['settings.json', 'settings.local.json'].map((name) => `$CLAUDE_PROJECT_DIR/.claude/${name}`),
  ].map((path) => `"${path}"`);
  return scriptOf('claude', {
    origin: 'made with the package',
    program: 'node "$program"',
    preparation: (quiet) => `! grep -Fqs ${word(hookMark('claude'))} ${settings.join(' ')} || ${quiet}
program=$CLAUDE_PLUGIN_ROOT/dist/styxy.cjs
[ -f "$program" ] || ${quiet}
unset NODE_OPTIONS`,
  });
}

interface Way {
  /** Where the script is from. */
  readonly origin: string;
  /** The words that call the program. */
  readonly program: string;
  /** What comes before that, with the words of the shell for leaving without one of ours. */
  preparation(quiet: string): string;
}

function scriptOf(agent: AgentName, { origin, program, preparation }: Way): string {
  const { inputKey, silence } = DIALECTS[agent];
  const quiet = silence === '' ? 'exit 0' : `{ printf '%s' ${word(silence)}; exit 0; }`;
  const ask = `${program} hook ${agent} "$1" 2>/dev/null <<STYXY
$input
STYXY
`;
  return `#!/bin/sh
# The front of Styxy's hooks for ${agent}, ${origin}.
# It starts Node only where an event may concern Styxy. Whatever goes wrong, the agent goes on.
input=$(cat) || ${quiet}
former=$LC_ALL
LC_ALL=C
case $1 in
${eventsOf(agent, 'before-command')})
  [ \${#input} -le ${MAX_INPUT} ] || ${quiet}
  text=\${input#*'"${inputKey}"'}
  if [ \${#text} -gt ${MAX_MATCHED} ]; then
    printf '%s' "$text" | grep -Eq ${word(commandExpression())}
    [ $? -ne 1 ] || ${quiet}
  else case $text in
${branches([...obscured(), ...commandPatterns()])}
  *) ${quiet} ;;
  esac fi
  ;;
${eventsOf(agent, 'after-command', 'failed-command')})
  printf '%s' "$input" | grep -Eiq ${word(TELLING_OF_CONFLICTS.join('|'))}
  [ $? -ne 1 ] || ${quiet}
  ;;
esac
LC_ALL=$former
${preparation(quiet)}
cd / || ${quiet}
${silence === '' ? ask : `answer=$(${ask})\n[ -n "$answer" ] || ${quiet}\nprintf '%s\\n' "$answer"\n`}exit 0
`;
}

function eventsOf(agent: AgentName, ...occasions: readonly Occasion[]): string {
  return Object.entries(OCCASIONS[agent])
    .filter(([, occasion]) => occasions.includes(occasion))
    .map(([event]) => event)
    .join(' | ');
}

function branches(patterns: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < patterns.length; at += PER_LINE)
    lines.push(`  ${patterns.slice(at, at + PER_LINE).join(' | ')}`);
  return `${lines.join(' | \\\n')}) ;;`;
}

function commandPatterns(): string[] {
  const { words, beginnings, letters } = tellingWords();
  return [
    ...words.flatMap((each) => begun(each).map((start) => `*${start}[!${IN_WORD}]*`)),
    ...beginnings.flatMap((each) => begun(each).map((start) => `*${start}*`)),
    ...letters.map((each) => `*${each}*`),
  ];
}

/** A word's beginning: behind what is in no word, or behind the escape of a line end or a tab, which ends with a letter. */
function begun(each: string): string[] {
  return [`[!${IN_WORD}]${plain(each)}`, `\\\\[nrt]${plain(each)}`];
}

function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_.-]/g, '\\$&');
}

/** Ways in which a shell makes one word of several pieces, so that its letters do not stand beside each other. */
function obscured(): string[] {
  const letter = `[${IN_WORD}]`;
  // The shell would put its own flags for a bare `$-`.
  const next = '[A-Za-z0-9_\\$-]';
  const [single, double, backslash] = ["\\'", '\\\\\\"', '\\\\\\\\'];
  const quotes = [single, double, backslash];
  return [
    // The input is packed into a text, in which each of these is written in another way.
    ':\\"*',
    ':\\ \\"*',
    // n'p'm, n"p"m, n\pm
    ...quotes.map((quote) => `*${letter}${quote}${next}*`),
    // n''pm, n""pm, and such quotes in the quotes of another text: 'n'\'''\''pm'
    ...quotes.flatMap((first) => quotes.map((second) => `*${letter}${first}${second}*`)),
    // a line that goes on in the next one
    `*${letter}${backslash}\\\\n*`,
    // $'\x6e'pm
    `*\\$${single}*`,
    // $N$P, \${N}pm
    `*${letter}\\$[A-Za-z0-9{\\(]*`,
    // ki{} behind `xargs -I{}`
    `*${letter}\\{\\}*`,
    `*\\}${letter}*`,
    `*\\}\\$*`,
    `*\\}${single}*`,
    `*\\}${double}${next}*`,
    // What JSON may write instead of a letter.
    '*\\\\u00*',
  ];
}

/** The same as the patterns, as one expression. */
function commandExpression(): string {
  const { words, beginnings, letters } = tellingWords();
  const begun = String.raw`([^${IN_WORD}]|\\[nrt])`;
  const escaped = words.map((each) => each.replaceAll('.', '\\.')).join('|');
  const letter = `[${IN_WORD}]`;
  const next = '[A-Za-z0-9_$-]';
  return [
    '^: ?"',
    `${begun}(${escaped})[^${IN_WORD}]`,
    `${begun}(${beginnings.join('|')})`,
    ...letters,
    String.raw`${letter}('|\\"|\\\\)${next}`,
    String.raw`${letter}('|\\"|\\\\)('|\\"|\\\\|\\n)`,
    String.raw`\$'|${letter}\$[A-Za-z0-9{(]|${letter}\{\}`,
    String.raw`\}(${letter}|[$']|\\"${next})`,
    String.raw`\\u00`,
  ].join('|');
}

function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
