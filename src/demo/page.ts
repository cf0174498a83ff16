// Owns the fetching of one page, over a connection of its own that is closed at once.

import { get } from 'node:http';
import { lookupLocally } from '../client/local-names.ts';

/**
 * Fetches a page over HTTP.
 *
 * @param timeoutMs how long the server may be silent
 * @returns null when nobody answers
 */
export function fetchPage(url: string, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, lookup: lookupLocally, timeout: timeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more: string) => {
        text += more;
      });
      response.on('end', () => resolve(text));
      response.on('error', () => resolve(null));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });
}
