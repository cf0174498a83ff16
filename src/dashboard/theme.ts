// Owns the choice between light and dark: what the system says, unless the user said otherwise.

import { signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'styxy-theme';

export const theme = signal<Theme>(readTheme());
/** Counts up whenever colours may have changed, for what draws them by itself. */
export const paint = signal(0);

export function applyTheme(): void {
  const { value } = theme;
  document.documentElement.style.colorScheme = value === 'system' ? 'light dark' : value;
  paint.value += 1;
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // It holds for this page then.
  }
  applyTheme();
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  paint.value += 1;
});

function readTheme(): Theme {
  try {
    return THEMES.find((each) => each === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
}
