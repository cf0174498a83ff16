// Owns the explanations of what keeps the services of a project from running together.

import type { Explanations } from './explanation.ts';

export const OF_PROJECTS = {
  PROJECT_FILE_MISSING: {
    what: 'No styxy.json says which services this checkout has, so there is nothing to run together.',
    causes: [
      'The checkout has none yet.',
      'It lies in a folder below the one where the command was called, or in another checkout.',
    ],
    remedies: [
      { what: 'See which one the package scripts of the checkout make.', command: 'styxy up --init' },
      { what: 'Or write one, at the root of the checkout or in the folder of the services.' },
      { what: 'Run one service without it.', command: 'styxy run -- npm run dev' },
    ],
    example: {
      detail: 'There is no styxy.json in /src/shop',
      fields: { project_path: '/src/shop' },
    },
    related: ['PROJECT_FILE_INVALID'],
  },
  PROJECT_FILE_INVALID: {
    what: 'The styxy.json of this checkout has mistakes, so that nothing of it was started.',
    causes: [
      'A key is misspelled, is there twice, or its value has the wrong type.',
      'A service depends on one that there is not, or on itself by way of others.',
      'A service starts in a directory that does not exist, or in another checkout.',
      'A value refers to a variable that no service brings.',
    ],
    remedies: [
      { what: 'Correct every place that this lists.', command: 'styxy up --check' },
      { what: 'Name the schema under "$schema", and your editor marks most mistakes.' },
    ],
    example: {
      detail: '/src/shop/styxy.json has one mistake',
      fields: {
        path: '/src/shop/styxy.json',
        errors: [
          {
            line: 3,
            column: 31,
            path: 'services.web.comand',
            message: 'unknown key "comand"; did you mean "command"?',
          },
        ],
      },
    },
    related: ['PROJECT_FILE_MISSING'],
  },
  ALREADY_UP: {
    what: 'The services of this checkout run already by another `styxy up`, or are left of one, so that nothing was started.',
    causes: [
      'Another terminal or agent runs them; the message says which process, on which terminal, and since when.',
      'A `styxy up` was killed before it could end its services.',
    ],
    remedies: [
      { what: 'Use what runs.', command: 'styxy list --here' },
      { what: 'End it, from wherever you are in the checkout.', command: 'styxy down' },
      {
        what: 'Start it in a checkout of its own, which gets ports of its own.',
        command: 'git worktree add ../shop-2',
      },
    ],
    example: {
      detail: '`styxy up` runs already in /src/shop (pid 4121 on /dev/pts/3, since 2026-11-25 09:30 UTC)',
      fields: {
        directory: '/src/shop',
        pid: 4121,
        terminal: '/dev/pts/3',
        started_at: '2026-11-25T09:30:12.000Z',
      },
    },
    related: ['PROJECT_FILE_MISSING'],
  },
} as const satisfies Explanations;
