// Owns the opening of a web page in the user's browser.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** An opener that goes on after this is a browser that it started itself. */
const STARTED_MS = 2_000;

/**
 * Opens a page in the browser of this machine's user.
 *
 * @returns whether a program took it; false where there is no screen, or no such program
 */
export async function openPage(
  url: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  for (const [program, ...words] of openers(env, platform)) {
    if (program !== undefined && (await takes(program, [...words, url], env))) return true;
  }
  return false;
}

/** The programs that may open a page, the likeliest first. */
function openers(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly (readonly string[])[] {
  if (platform === 'darwin') return [['open']];
  if (platform === 'win32') return [['rundll32', 'url.dll,FileProtocolHandler']];
  const forWindows = isWsl() ? [['wslview'], ['explorer.exe']] : [];
  const hasScreen = [env.DISPLAY, env.WAYLAND_DISPLAY, env.BROWSER].some(
    (value) => value !== undefined && value !== '',
  );
  return hasScreen ? [...forWindows, ['xdg-open']] : forWindows;
}

function isWsl(): boolean {
  try {
    return /microsoft/i.test(readFileSync('/proc/version', 'latin1'));
  } catch {
    return false;
  }
}

function takes(program: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { env, stdio: 'ignore', detached: true });
    const timer = setTimeout(resolve, STARTED_MS, true);
    const settle = (isTaken: boolean): void => {
      clearTimeout(timer);
      resolve(isTaken);
    };
    child.once('error', () => settle(false));
    // Explorer answers 1 whatever it did.
    child.once('exit', (status) => settle(status === 0 || program === 'explorer.exe'));
    child.unref();
  });
}
