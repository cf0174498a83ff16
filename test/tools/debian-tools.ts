// Owns the real tools that Debian packages: servers of Python and PHP, databases, brokers, a site generator.

import { execFileSync } from 'node:child_process';
import { chownSync, globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, page } from './answers.ts';
import { COPY, type DebianTool } from './tool.ts';

const PYTHON_CACHE = ['__pycache__/'];

const FLASK_APP = `from flask import Flask
app = Flask(__name__)

@app.route('/')
def home():
    return '${COPY}'
`;

const DJANGO_SITE = `import sys
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path

settings.configure(DEBUG=True, SECRET_KEY='test', ALLOWED_HOSTS=['*'], ROOT_URLCONF=__name__)
urlpatterns = [path('', lambda request: HttpResponse('${COPY}'))]

if __name__ == '__main__':
    execute_from_command_line(sys.argv)
`;

const WSGI_APP = `def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'${COPY}']
`;

const ASGI_APP = `async def app(scope, receive, send):
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': b'${COPY}'})
`;

/** A CONNECT of MQTT 3.1.1 with an empty client id, and the start of the answer. */
const MQTT_CONNECT = Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 30, 0, 0]);
const MQTT_CONNACK = /^\x20\x02\x00\x00/;
/** PostgreSQL's request for TLS, which it answers with one letter before anybody has to log in. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

const isRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root. */
const asPostgres = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];

/** Debian keeps the server's own programs of each version in a folder that is in no PATH. */
function postgresProgram(name: string): string {
  return globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().at(-1) ?? name;
}

function initializePostgres(checkout: string): void {
  const data = join(checkout, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(data, id('-u'), id('-g'));
  }
  const [file = '', ...args] = [...asPostgres, postgresProgram('initdb'), '-D', data, '-A', 'trust', '-N'];
  execFileSync(file, args, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
}

export const DEBIAN_TOOLS: readonly DebianTool[] = [
  {
    name: 'Python http.server',
    debianPackage: 'python3',
    program: 'python3',
    version: ['--version'],
    serviceType: 'api',
    files: { 'index.html': COPY },
    command: () => ['python3', '-m', 'http.server'],
    answers: page(),
  },
  {
    name: 'Flask',
    debianPackage: 'python3-flask',
    program: 'flask',
    version: ['--version'],
    serviceType: 'api',
    files: { 'app.py': FLASK_APP },
    ignored: PYTHON_CACHE,
    command: () => ['flask', '--debug', 'run'],
    answers: page(),
  },
  {
    name: 'Django',
    debianPackage: 'python3-django',
    program: 'django-admin',
    version: ['--version'],
    serviceType: 'api',
    files: { 'manage.py': DJANGO_SITE },
    ignored: PYTHON_CACHE,
    command: () => ['python3', 'manage.py', 'runserver'],
    answers: page(),
  },
  {
    name: 'Gunicorn',
    debianPackage: 'gunicorn',
    program: 'gunicorn',
    version: ['--version'],
    serviceType: 'api',
    files: { 'shop.py': WSGI_APP },
    ignored: PYTHON_CACHE,
    command: () => ['gunicorn', 'shop:app'],
    answers: page(),
  },
  {
    name: 'Uvicorn',
    debianPackage: 'uvicorn',
    program: 'uvicorn',
    version: ['--version'],
    serviceType: 'api',
    files: { 'shop.py': ASGI_APP },
    ignored: PYTHON_CACHE,
    command: () => ['uvicorn', '--reload', 'shop:app'],
    answers: page(),
  },
  {
    name: 'PHP',
    debianPackage: 'php-cli',
    program: 'php',
    version: ['--version'],
    serviceType: 'api',
    files: { 'index.php': `<?php echo '${COPY}';` },
    command: () => ['php', '-S', 'localhost:17999'],
    answers: page(),
  },
  {
    name: 'Hugo',
    debianPackage: 'hugo',
    program: 'hugo',
    version: ['version'],
    serviceType: 'docs',
    files: { 'config.toml': "title = 'shop'\n", 'layouts/index.html': COPY },
    ignored: ['public/', 'resources/', '.hugo_build.lock'],
    command: () => ['hugo', 'server'],
    answers: page(),
  },
  {
    name: 'Redis',
    debianPackage: 'redis-server',
    program: 'redis-server',
    version: ['--version'],
    serviceType: 'infrastructure',
    files: { 'README.md': COPY },
    ignored: ['dump.rdb'],
    command: () => ['redis-server', '--save', ''],
    answers: bytes('CONFIG GET dir\r\n', (checkout) => new RegExp(`\r\n${checkout}\r\n`)),
  },
  {
    name: 'memcached',
    debianPackage: 'memcached',
    program: 'memcached',
    version: ['-V'],
    serviceType: 'infrastructure',
    files: { 'README.md': COPY },
    command: () => ['memcached', ...(isRoot ? ['-u', 'nobody'] : [])],
    answers: bytes('version\r\n', /^VERSION /),
  },
  {
    name: 'Mosquitto',
    debianPackage: 'mosquitto',
    program: 'mosquitto',
    version: ['-h'],
    serviceType: 'messaging',
    files: { 'README.md': COPY },
    command: () => ['mosquitto'],
    answers: bytes(MQTT_CONNECT, MQTT_CONNACK),
  },
  {
    name: 'PostgreSQL',
    debianPackage: 'postgresql',
    program: postgresProgram('postgres'),
    version: ['--version'],
    serviceType: 'database',
    files: { 'README.md': COPY },
    ignored: ['data/'],
    prepare: initializePostgres,
    command: (checkout) => [
      ...asPostgres,
      postgresProgram('postgres'),
      '-D',
      join(checkout, 'data'),
      '-c',
      'unix_socket_directories=',
    ],
    answers: bytes(SSL_REQUEST, /^[SN]/),
  },
];
