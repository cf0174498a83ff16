// Owns the plug-in of opencode: a module that hands its events to the hook, and does what the answer says.

import { OCCASIONS } from '../occasions.ts';

/** In milliseconds; a hook itself gives up sooner. */
const TIMEOUT_MS = 5_000;
const FIRST_LINE = '// The plug-in of Styxy for opencode.';
const COMMANDS = /^const COMMANDS = (\{.*\});$/m;

/** Whether a text is such a module, of this or of another version. */
export function isPlugin(text: string): boolean {
  return text.startsWith(FIRST_LINE);
}

/** The words of a shell by which a module calls the hook, by event; none in another text. */
export function commandsOf(text: string): Readonly<Record<string, string>> {
  try {
    const said: unknown = isPlugin(text) ? JSON.parse(COMMANDS.exec(text)?.[1] ?? '{}') : {};
    return said as Readonly<Record<string, string>>;
  } catch {
    return {};
  }
}

/** @param call the words of a shell that run the hook of an event */
export function pluginText(call: (event: string) => string): string {
  const commands = Object.fromEntries(Object.keys(OCCASIONS.opencode).map((event) => [event, call(event)]));
  return `${FIRST_LINE} \`styxy hooks install\` writes it anew, \`styxy hooks uninstall\` removes it.
import { spawn } from 'node:child_process';

const COMMANDS = ${JSON.stringify(commands)};
const TIMEOUT_MS = ${TIMEOUT_MS};

// Whatever goes wrong, the answer is empty, and opencode goes on.
function ask(event, fields) {
  return new Promise((resolve) => {
    let said = '';
    const answer = () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(said) ?? {});
      } catch {
        resolve({});
      }
    };
    let child;
    const timer = setTimeout(() => {
      said = '';
      child?.kill();
      answer();
    }, TIMEOUT_MS);
    try {
      child = spawn(COMMANDS[event], { shell: true, windowsHide: true, stdio: ['pipe', 'pipe', 'ignore'] });
      child.on('error', answer);
      child.on('close', answer);
      child.stdin.on('error', () => {});
      child.stdout.on('error', () => {});
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      child.stdin.end(JSON.stringify({ hook_event_name: event, ...fields }));
    } catch {
      answer();
    }
  });
}

export const Styxy = async ({ directory }) => {
  const sentences = new Map();
  const variables = new Map();
  return {
    'tool.execute.before': async ({ tool, sessionID, callID }, output) => {
      if (tool !== 'bash' || typeof output.args?.command !== 'string') return;
      const said = await ask('tool.execute.before', {
        session_id: sessionID,
        cwd: directory,
        tool_input: { command: output.args.command, workdir: output.args.workdir },
      });
      if (typeof said.deny === 'string') throw new Error(said.deny);
      if (typeof said.command === 'string') {
        output.args.command = said.command;
        variables.clear();
      }
      // There is nothing to say it in before the command has run.
      if (typeof said.tell === 'string') sentences.set(callID, said.tell);
    },
    'tool.execute.after': async ({ tool, sessionID, callID }, output) => {
      if (tool !== 'bash' || typeof output?.output !== 'string') return;
      const said = await ask('tool.execute.after', {
        session_id: sessionID,
        cwd: directory,
        output: output.output.slice(-10_000),
      });
      const told = [sentences.get(callID), said.tell].filter((each) => typeof each === 'string');
      sentences.delete(callID);
      if (told.length > 0) output.output += \`\\n\\n\${told.join(' ')}\`;
    },
    'shell.env': async ({ cwd, sessionID }, output) => {
      if (typeof sessionID !== 'string') return;
      const key = \`\${sessionID} \${cwd}\`;
      if (!variables.has(key)) {
        const { env } = await ask('shell.env', { session_id: sessionID, cwd: cwd ?? directory });
        if (env !== undefined) variables.set(key, env);
      }
      Object.assign(output.env, variables.get(key));
    },
    event: async ({ event }) => {
      if (event?.type !== 'session.deleted') return;
      await ask('session.deleted', { session_id: event.properties?.info?.id, cwd: directory });
    },
  };
};
`;
}
