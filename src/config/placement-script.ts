// Owns a script that is asked from a thread of its own: numbers and texts go in and out, and it can be stopped.

import { Script } from 'node:vm';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/**
 * A choice takes microseconds, and a thread starts within some 40 ms; what has not come by then never will. All requests
 * wait for it, and a client takes a daemon for silent that makes it wait for twice as long.
 */
const PATIENCE_MS = 1000;
const MAX_REASON = 200;
const LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 };

/** What a script said: a number, nothing, or why it said neither. */
export type Said = { readonly number: number | null } | { readonly mistake: string };

export interface PlacementScript {
  /** Asks with JSON. Never throws; the calling thread waits for the answer. */
  ask(given: string): Said;
  /** Ends its thread. */
  close(): void;
}

/**
 * The word, wherever it stands: in the context of a script, what `import(…)` throws is an object of the thread's own realm, through
 * which a script would have all that Node has; `importModuleDynamically` changes that nowhere without a flag of Node's. A keyword
 * has no other spelling.
 */
const IMPORT = /\bimport\b/;

/**
 * The thread's program. The script runs in a context that has the language, without a clock, chance and the garbage
 * collector, so that the same case leads to the same choice. Texts and numbers alone pass between the realms: whatever may
 * run the script's code, such as the text of what it throws, is done by functions of the context that were made before
 * it ran, and nothing is set in the context, where the script could have a setter. The thread's own functions are strict, since a
 * function that a sloppy one calls finds it as its `caller`.
 */
const THREAD = `'use strict';
const { createContext, runInContext } = process.getBuiltinModule('node:vm');
const { workerData: { port, flag, text, path } } = process.getBuiltinModule('node:worker_threads');
const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
const run = (code, filename) => runInContext(code, context, { filename });
run("var module = { exports: undefined }; delete Math.random; for (const name of ['Date', 'Atomics', 'SharedArrayBuffer', 'WebAssembly', 'Intl', 'WeakRef', 'FinalizationRegistry']) delete globalThis[name];");
const shown = run("(() => { 'use strict'; const text = String; return (thrown) => 'it threw ' + text(thrown); })()");
const asked = run("(() => { 'use strict'; const { parse } = JSON; return (given) => { const said = module.exports(parse(given)); return said === null || said === undefined ? null : typeof said === 'number' ? said : 'it said a value of type ' + typeof said; }; })()");
const say = (said) => {
  port.postMessage(said);
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
};
const attempt = (step) => {
  try {
    return step();
  } catch (error) {
    try { return shown(error); } catch { return 'it threw something that cannot be shown'; }
  }
};
process.on('unhandledRejection', () => {});
port.on('message', (given) => say(attempt(() => asked(given))));
const read = attempt(() => run(text + '\\n;null', path));
say(read !== null ? String(read) : run('typeof module.exports') === 'function' ? null
  : 'it sets module.exports to no function; write \`module.exports = (given) => port\`');
`;

/**
 * Reads a script without running any of it.
 *
 * @param path how messages call it
 * @returns why it cannot be started; null where it can
 */
export function scriptMistake(text: string, path: string): string | null {
  if (IMPORT.test(text)) return 'it has the word `import`, which no script may have, not even in a comment';
  try {
    // Read here, a mistake has its line.
    new Script(text, { filename: path });
    return null;
  } catch (error) {
    return shortened(String(error));
  }
}

/**
 * Starts a script that sets `module.exports` to a function.
 *
 * A thread of its own keeps a mistake in it from doing harm: it is stopped when it does not end, and cannot take all the
 * memory. It is handed no way out of its context, but Node calls no context a wall, which is why the script must be a
 * file of the user's own.
 *
 * @param path how messages call it
 * @returns or why it cannot be asked
 */
export function startScript(text: string, path: string): PlacementScript | string {
  const mistake = scriptMistake(text, path);
  if (mistake !== null) return mistake;
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const { port1: ours, port2: theirs } = new MessageChannel();
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: { port: theirs, flag, text, path },
    transferList: [theirs],
    env: {},
    execArgv: [],
    resourceLimits: LIMITS,
    stdout: true,
    stderr: true,
  });
  worker.unref();
  // What ends it shows in its silence.
  worker.on('error', () => {});
  ours.unref();
  let isOver = false;
  const close = (): void => {
    isOver = true;
    ours.close();
    worker.terminate().catch(() => {});
  };
  const hear = (): Said => {
    const said = nextMessage(ours, flag);
    if (said === undefined) {
      close();
      return {
        mistake: `it gave no answer within ${PATIENCE_MS} ms; it is not asked again until it changes`,
      };
    }
    return typeof said === 'string' ? { mistake: shortened(said) } : { number: said };
  };
  const first = hear();
  if ('mistake' in first) {
    close();
    return first.mistake;
  }
  let last: Said = first;
  return {
    close,
    ask(given) {
      if (isOver) return last;
      Atomics.store(flag, 0, 0);
      ours.postMessage(given);
      last = hear();
      return last;
    },
  };
}

/** Waits for the thread, as only a thread can be waited for within one turn. */
function nextMessage(port: MessagePort, flag: Int32Array): string | number | null | undefined {
  if (Atomics.wait(flag, 0, 0, PATIENCE_MS) === 'timed-out') return undefined;
  const received = receiveMessageOnPort(port) as { message: string | number | null } | undefined;
  return received?.message;
}

function shortened(text: string): string {
  const line = text.replace(/\p{Cc}/gu, ' ');
  return line.length <= MAX_REASON ? line : `${line.slice(0, MAX_REASON - 1)}…`;
}
