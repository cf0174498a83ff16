// Owns a question with yes or no on the terminal.

import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';

const STDIN = 0;
const STDERR = 2;

/** Whether somebody is there to be asked. */
export function canAsk(): boolean {
  return isatty(STDIN) && isatty(STDERR);
}

/** Asks until it is answered; the end of the input is a no. An answer of nothing is a yes. */
export function ask(question: string): Promise<boolean> {
  // The terminal's own line editing is enough for one letter.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  return new Promise((resolve) => {
    let isYes = false;
    lines.on('close', () => resolve(isYes));
    lines.on('SIGINT', () => lines.close());
    const next = (): void =>
      lines.question(`${question}? [Y/n] `, (answer) => {
        if (/^(?:y|yes|)$/i.test(answer.trim())) isYes = true;
        else if (!/^(?:n|no)$/i.test(answer.trim())) {
          next();
          return;
        }
        lines.close();
      });
    next();
  });
}
