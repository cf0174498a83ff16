// Owns the tools that test in browsers.

import type { Tool } from '../tool.ts';

const PORT_FLAG = ['--port', '{port}'];

export const TESTING: readonly Tool[] = [
  {
    id: 'cypress',
    name: 'Cypress',
    commands: ['cypress open', 'cypress run'],
    serviceType: 'test',
    defaultPort: null,
    told: { add: PORT_FLAG, options: ['--port', '-p'] },
  },
  {
    id: 'playwright-ui',
    name: 'Playwright UI',
    commands: ['playwright test', '@playwright/test test'],
    needs: ['--ui', '--ui-port', '--ui-host'],
    serviceType: 'test',
    defaultPort: null,
    told: { add: ['--ui-port={port}'], options: ['--ui-port'], isLastWinning: true },
  },
  {
    id: 'playwright-report',
    name: 'Playwright report',
    commands: ['playwright show-report'],
    serviceType: 'test',
    defaultPort: 9323,
    told: { add: PORT_FLAG, options: ['--port'], isLastWinning: true },
  },
  {
    id: 'vitest-ui',
    name: 'Vitest UI',
    commands: ['vitest'],
    needs: ['--ui'],
    serviceType: 'test',
    defaultPort: 51_204,
    told: { add: ['--api.port', '{port}'], options: ['--api.port', '--api'] },
  },
  {
    id: 'karma',
    name: 'Karma',
    commands: ['karma start'],
    serviceType: 'test',
    defaultPort: 9876,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'selenium',
    name: 'Selenium',
    commands: ['selenium-standalone start'],
    serviceType: 'test',
    defaultPort: 4444,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'chromedriver',
    name: 'ChromeDriver',
    commands: ['chromedriver'],
    serviceType: 'test',
    defaultPort: 9515,
    told: { add: ['--port={port}'], options: ['--port'] },
  },
];
