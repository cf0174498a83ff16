// Owns the local stand-ins of cloud services.

import type { Tool } from '../tool.ts';

const PORT_FLAG = ['--port', '{port}'];

export const CLOUD: readonly Tool[] = [
  {
    id: 'vercel',
    name: 'Vercel',
    commands: ['vercel dev', 'vc dev'],
    serviceType: 'functions',
    defaultPort: 3000,
    told: { add: ['--listen', '{port}'], options: ['--listen', '-l'], shape: 'address' },
  },
  {
    id: 'netlify',
    name: 'Netlify',
    commands: ['netlify dev', 'ntl dev', 'netlify-cli dev'],
    serviceType: 'functions',
    defaultPort: 8888,
    told: { add: PORT_FLAG, options: ['--port', '-p'], isLastWinning: true },
  },
  {
    id: 'wrangler',
    name: 'Wrangler',
    commands: ['wrangler dev', 'wrangler pages dev'],
    serviceType: 'functions',
    defaultPort: 8787,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'sam',
    name: 'AWS SAM',
    commands: ['sam local start-api'],
    serviceType: 'functions',
    defaultPort: 3000,
    told: { add: PORT_FLAG, options: ['--port', '-p'], isLastWinning: true },
  },
  {
    id: 'serverless-offline',
    name: 'Serverless offline',
    commands: ['serverless offline', 'sls offline'],
    serviceType: 'functions',
    defaultPort: 3000,
    told: { add: ['--httpPort', '{port}'], options: ['--httpPort'] },
  },
];
