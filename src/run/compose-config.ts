// Owns the question to Compose itself what a project is: by its own `config`, which merges, fills in and checks.

import { execFile } from 'node:child_process';
import { type ComposeModel, modelOf } from '../compose/model.ts';

/** It reads files, and may fetch some from elsewhere. */
const TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

export interface ConfigQuestion {
  /** The command line up to its subcommand. */
  readonly words: readonly string[];
  readonly services: readonly string[];
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What `config` said: a model, or why there is none. */
export type ConfigAnswer = { readonly model: ComposeModel } | { readonly model: null; readonly why: string };

/**
 * Asks in JSON first, and then in what it speaks by itself: YAML, which JSON is as well. Compose 1 prints its help when
 * it is asked for JSON, and calls that a success. Never throws.
 */
export async function askConfig(question: ConfigQuestion): Promise<ConfigAnswer> {
  const json = await read(question, ['--format', 'json']);
  return json.model === null ? await read(question, []) : json;
}

async function read(question: ConfigQuestion, options: readonly string[]): Promise<ConfigAnswer> {
  const said = await run(question, options);
  if (said.output === null) return { model: null, why: said.why };
  const model = modelOf(await parsed(said.output));
  return model === null ? { model, why: 'it prints no services' } : { model };
}

async function parsed(text: string): Promise<unknown> {
  try {
    const { parse } = await import('yaml');
    return parse(text, { logLevel: 'silent' });
  } catch {
    return null;
  }
}

type Output = { readonly output: string } | { readonly output: null; readonly why: string };

function run(
  { words, services, directory, env }: ConfigQuestion,
  options: readonly string[],
): Promise<Output> {
  const [program = '', ...before] = words;
  const args = [...before, 'config', ...options, ...services];
  return new Promise((resolve) => {
    const limits = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8' } as const;
    const child = execFile(program, args, { ...limits, cwd: directory, env }, (error, stdout, stderr) => {
      if (error === null) resolve({ output: stdout });
      else if (error.code === 'ENOENT') resolve({ output: null, why: `there is no ${program} here` });
      else resolve({ output: null, why: reasonIn(stderr) ?? error.message });
    });
    // Whoever would ask there gets no answer.
    child.stdin?.end();
  });
}

/** What went wrong, in its own words: the first line that is no warning and no line of its log. */
function reasonIn(text: string): string | null {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !/^time=|^WARN/i.test(line)) ?? null;
}
