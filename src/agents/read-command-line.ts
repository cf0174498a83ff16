// Owns the reading of a shell text: from the tree of a maintained parser to the few shapes that decisions rest on.

import { type CommandNode, type AndOr as ParsedAndOr, type PipelineNode, parse, type Script } from 'unbash';
import type {
  Assignment,
  CommandLine,
  CommandList,
  CommandWord,
  CompoundCommand,
  Pipeline,
  Redirection,
  SimpleCommand,
  Stage,
  Statement,
} from './command-line.ts';
import { assertSound, readWord, Unsure } from './read-word.ts';

/** What agents write is shorter by far, in UTF-16 units. */
const MAX_LENGTH = 32_768;
/** The parser looks through the rest of the text once for each of these that is open: without an end, of many at once. */
const MAX_OPENED = 100;
const OPENS = /[$<>]\(|<</g;
/** How deep lists may stand in each other. */
const MAX_DEPTH = 20;

/**
 * Reads what a shell would run.
 *
 * @returns null where anything of it is not certain: nothing may be concluded from the text then
 */
export function readCommandLine(text: string): CommandLine | null {
  if (text.length > MAX_LENGTH || (text.match(OPENS)?.length ?? 0) > MAX_OPENED) return null;
  try {
    return { text, list: readScript(parse(text), 0) };
  } catch {
    // `Unsure`, or a parser that has met its master: either way nothing is known.
    return null;
  }
}

type Listed = Pick<Script, 'commands'>;

function readScript(script: Script, depth: number): CommandList {
  assertSound(script);
  return readList(script, depth);
}

function readList({ commands }: Listed, depth: number): CommandList {
  if (depth > MAX_DEPTH) throw new Unsure();
  return commands.map(
    ({ command, background }): Statement => ({
      pipelines:
        command.type === 'AndOr' ? readAndOr(command, depth) : [readPipeline(command, 'first', depth)],
      isBackground: background === true,
    }),
  );
}

function readAndOr({ commands, operators }: ParsedAndOr, depth: number): Pipeline[] {
  return commands.map((command, at) => {
    const operator = operators[at - 1];
    if (operator === undefined) return readPipeline(command, 'first', depth);
    return readPipeline(command, operator === '&&' ? 'on-success' : 'on-failure', depth);
  });
}

function readPipeline(node: PipelineNode, runs: Pipeline['runs'], depth: number): Pipeline {
  const nodes = node.type === 'Pipeline' ? node.commands : [node];
  return { runs, stages: nodes.map((each) => readStage(each, depth)) };
}

type Parsed<Type extends string> = Extract<CommandNode, { readonly type: Type }>;

function readStage(node: CommandNode, depth: number): Stage {
  if (node.type === 'Command') return readSimple(node, depth);
  if (node.type === 'Redirected')
    return {
      ...readCompound(node.command, depth),
      end: node.end,
      redirections: readRedirections(node.redirects, depth),
    };
  return readCompound(node, depth);
}

function readSimple(node: Parsed<'Command'>, depth: number): SimpleCommand {
  const { name, args, prefix, redirects, pos, end } = node;
  const words = name === undefined ? args : [name, ...args];
  return {
    kind: 'simple',
    start: pos,
    end,
    assignments: prefix.flatMap((each) => (each.type === 'Assignment' ? [readAssignment(each, depth)] : [])),
    words: words.map((each) => readWord(each, nested(depth))),
    redirections: readRedirections(redirects, depth),
  };
}

type ParsedAssignment = Extract<Parsed<'Command'>['prefix'][number], { readonly type: 'Assignment' }>;

function readAssignment(node: ParsedAssignment, depth: number): Assignment {
  const { name, value, append, index } = node;
  if (append === true || index !== undefined) return { name, value: null, list: null };
  if (value.type === 'Word') return { name, value: readWord(value, nested(depth)), list: null };
  return { name, value: null, list: value.elements.map((each) => readWord(each, nested(depth))) };
}

function readRedirections(nodes: Parsed<'Command'>['redirects'], depth: number): Redirection[] {
  return nodes.map((node): Redirection => {
    if (node.type === 'HereDoc') return { operator: node.operator, target: documentOf(node) };
    const { operator, target } = node;
    return { operator, target: target === undefined ? null : readWord(target, nested(depth)) };
  });
}

/** The text of a here-document that no shell changes. */
function documentOf({ body, delimiter }: ParsedDocument): CommandWord | null {
  const { text, pos: start, end } = body;
  if (delimiter?.quoted !== true && /[$`\\]/.test(text)) return null;
  return { text, value: text, start, end, expansions: [] };
}

type ParsedDocument = Extract<Parsed<'Command'>['redirects'][number], { readonly type: 'HereDoc' }>;

/** Reads the script of a substitution. */
function nested(depth: number): (script: Script) => CommandList {
  return (script) => readScript(script, depth + 1);
}

function readCompound(
  node: Exclude<CommandNode, Parsed<'Command' | 'Redirected'>>,
  depth: number,
): CompoundCommand {
  const made = (
    kind: CompoundCommand['kind'],
    lists: readonly Listed[],
    more: Partial<Pick<CompoundCommand, 'name' | 'words'>> = {},
  ): CompoundCommand => ({
    kind,
    start: node.pos,
    end: node.end,
    lists: lists.map((list) => readList(list, depth + 1)),
    name: null,
    words: [],
    redirections: [],
    ...more,
  });
  switch (node.type) {
    case 'Subshell':
      return made('subshell', [node.body]);
    case 'BraceGroup':
      return made('group', [node.body]);
    case 'If': {
      const elifs = node.elif.flatMap(({ clause, then }) => [clause, then]);
      return made('branch', [
        node.clause,
        node.then,
        ...elifs,
        ...(node.else === undefined ? [] : [node.else]),
      ]);
    }
    case 'Case':
      return made(
        'branch',
        node.items.map(({ body }) => body),
        { words: [readWord(node.word, nested(depth))] },
      );
    case 'For':
    case 'Select':
      return made('loop', [node.body], {
        name: node.name.value,
        words: (node.wordlist ?? []).map((each) => readWord(each, nested(depth))),
      });
    case 'ArithmeticFor':
      return made('loop', [node.body]);
    case 'While':
      return made('loop', [node.clause, node.body]);
    case 'Function':
      return { ...made('function', [], { name: node.name.value }), lists: [bodyOf(node, depth + 1)] };
    case 'TestCommand':
    case 'ArithmeticCommand':
      return made('test', []);
    case 'Coproc':
      throw new Unsure();
  }
}

/** What a function runs when it is called. */
function bodyOf({ body }: Parsed<'Function'>, depth: number): CommandList {
  if (body.type === 'CompoundList') return readList(body, depth);
  if (depth > MAX_DEPTH) throw new Unsure();
  return [{ pipelines: [{ runs: 'first', stages: [readStage(body, depth)] }], isBackground: false }];
}
