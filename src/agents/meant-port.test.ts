import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meantPort } from './meant-port.ts';

const AROUND = { directory: '/app', home: '/home/dev', reader: { text: () => null, names: () => [] } };

describe('the port that a command wanted', () => {
  const cases: readonly [text: string, port: number | null][] = [
    ['python3 -m http.server 8123', 8123],
    ['python3 -m http.server', 8000],
    ['cd api && flask run --port 5001', 5001],
    ['php -S localhost:8090', 8090],
    ['styxy run --lock 8051f453 -p 3001 -- java -jar app.jar', 3001],
    ["'/opt/node' '/opt/styxy.cjs' run --lock 8051f453 -p 3002 -- flask run", 3002],
    ['styxy run -- java -jar app.jar', null],
    ['styxy list -p 3001', null],
    ['java -jar app.jar', null],
    ['python3 -m http.server 8001 & python3 -m http.server 8002', null],
    ['python3 -m http.server "', null],
  ];
  for (const [text, port] of cases) it(text, () => assert.equal(meantPort(text, AROUND), port));
});
