// Owns the head of the page: its name, whether it is live, and the choice of colours.

import { connection, status } from '../state.ts';
import { chooseTheme, THEMES, theme } from '../theme.ts';

const PILLS = {
  connecting: { text: 'Connecting', tone: 'wait' },
  live: { text: 'Live', tone: 'good' },
  away: { text: 'Daemon away', tone: 'bad' },
  'signed-out': { text: 'Signed out', tone: 'bad' },
} as const;

export function Header() {
  const pill = PILLS[connection.value.kind];
  const version = status.value?.version;
  return (
    <header class="header">
      <h1 class="brand">
        <Mark />
        <span>styxy</span>
      </h1>
      {version !== undefined && <span class="version">{version}</span>}
      <span class={`pill pill-${pill.tone}`} role="status">
        <span class="dot" aria-hidden="true" />
        {pill.text}
      </span>
      <label class="theme">
        <span class="visually-hidden">Colours</span>
        <select value={theme.value} onChange={(event) => choose(event.currentTarget.value)}>
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {each === 'system' ? 'System colours' : each === 'light' ? 'Light' : 'Dark'}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}

function choose(value: string): void {
  chooseTheme(THEMES.find((each) => each === value) ?? 'system');
}

/** A river with a ferry on it. */
function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <path class="mark-boat" d="M7 15.5h18l-3 4.5H10zM16 6v8M16 7l6 6h-6z" />
      <path class="mark-wave" d="M6 23.5q2.5-2 5 0t5 0 5 0 5 0" />
    </svg>
  );
}
