// Owns the check of the autostart, layer by layer.

import { type Check, note, ok, skipped, trouble } from '../check.ts';

export const autostartLayers: Check = {
  id: 'autostart',
  title: 'Autostart',
  why: 'With it the system starts the daemon again whatever ends it; a broken one stands in the way of every start.',
  fixes: null,
  needs: 'home',
  async run({ autostart }) {
    const layers = await autostart();
    if (layers === null) return skipped('there is none for this system');
    const [files] = layers;
    if (files?.state === 'off') return ok('not installed; commands start the daemon');
    const ill = layers.filter(({ state }) => state === 'trouble');
    const [first] = ill;
    if (first !== undefined)
      return trouble(
        ill.map(({ name, detail }) => `${name}: ${detail}`).join('; '),
        first.remedy === null ? '`styxy autostart status` shows every layer.' : sentence(first.remedy),
      );
    const login = layers.find(({ name, remedy }) => name === 'without a login' && remedy !== null);
    if (login !== undefined) return note(`works, and ${login.detail}`, sentence(login.remedy ?? ''));
    return ok(`all ${layers.length} layers work`);
  },
};

function sentence(text: string): string {
  const capitalized = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capitalized) ? capitalized : `${capitalized}.`;
}
