// Owns the start of the page: signed in first, then drawn, then following the daemon.

import './styles/base.css';
import './styles/layout.css';
import './styles/map.css';
import './styles/table.css';
import './styles/panels.css';
import './styles/dialog.css';
import { render } from 'preact';
import { App } from './components/app.tsx';
import { sessionToken, signIn, takeCode } from './session.ts';
import { connection } from './state.ts';
import { follow } from './sync.ts';
import { applyTheme } from './theme.ts';

async function start(): Promise<void> {
  applyTheme();
  const code = takeCode();
  let why = 'This tab is not signed in.';
  try {
    if (code !== null) why = (await signIn(code)) ?? why;
  } catch {
    why = 'The daemon does not answer.';
  }
  const isSignedIn = sessionToken() !== null;
  if (!isSignedIn) connection.value = { kind: 'signed-out', why };
  const root = document.getElementById('app');
  if (root === null) return;
  render(<App />, root);
  if (isSignedIn) follow();
}

void start();

// The same tab may be given another code, as when the link is opened over an old page.
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#code=')) location.reload();
});
