// Owns the services that applications stand on: databases, caches, brokers, sign-in, monitoring, containers.

import { list } from '../options.ts';
import type { Tool } from '../tool.ts';

const PORT_FLAG = ['--port', '{port}'];
const DASH_P = ['-p', '{port}'];

/** The options of `docker run` that take the next word: what is left over first is the image. */
const CONTAINER_OPTIONS = list(`
  -a --attach --add-host --cap-add --cap-drop --cidfile --cpus --dns --entrypoint -e --env
  --env-file --expose --gpus --health-cmd -h --hostname --ip --ipc -l --label --link --log-driver
  --log-opt -m --memory --mount --name --net --network --network-alias --pid --platform -p --publish
  --pull --restart --security-opt --shm-size --tmpfs --ulimit -u --user -v --volume --volumes-from
  -w --workdir
`);

export const BACKING: readonly Tool[] = [
  {
    id: 'postgres',
    name: 'PostgreSQL',
    commands: ['postgres'],
    serviceType: 'database',
    defaultPort: 5432,
    told: { variables: { PGPORT: '{port}' }, add: DASH_P, options: ['-p', '--port'], isLastWinning: true },
  },
  {
    id: 'mysql',
    name: 'MySQL',
    commands: ['mysqld', 'mysqld_safe', 'mariadbd', 'mariadbd-safe'],
    detaches: ['--daemonize', '-D'],
    serviceType: 'database',
    defaultPort: 3306,
    told: { add: ['--port={port}'], options: ['--port', '-P'], isLastWinning: true },
  },
  {
    id: 'mongodb',
    name: 'MongoDB',
    commands: ['mongod'],
    rejects: ['--shutdown', '--repair'],
    detaches: ['--fork'],
    serviceType: 'database',
    defaultPort: 27_017,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'couchdb',
    name: 'CouchDB',
    commands: ['couchdb'],
    serviceType: 'database',
    defaultPort: 5984,
    told: {
      advice:
        'CouchDB takes its port from its configuration: write `port = {port}` under `[chttpd]` in local.ini.',
    },
  },
  {
    id: 'redis',
    name: 'Redis, Valkey',
    commands: ['redis-server', 'valkey-server'],
    detaches: ['--daemonize'],
    serviceType: 'infrastructure',
    defaultPort: 6379,
    told: { add: PORT_FLAG, options: ['--port'], isLastWinning: true },
  },
  {
    id: 'memcached',
    name: 'memcached',
    commands: ['memcached'],
    detaches: ['-d', '--daemon'],
    serviceType: 'infrastructure',
    defaultPort: 11_211,
    told: { add: DASH_P, options: ['-p', '--port'], isLastWinning: true },
  },
  {
    id: 'kafka',
    name: 'Kafka',
    commands: ['kafka-server-start', 'kafka-server-start.sh'],
    serviceType: 'messaging',
    defaultPort: 9092,
    told: {
      advice:
        'Kafka takes its port from its properties: write `listeners=PLAINTEXT://127.0.0.1:{port}` into them.',
    },
  },
  {
    id: 'rabbitmq',
    name: 'RabbitMQ',
    commands: ['rabbitmq-server'],
    detaches: ['-detached'],
    serviceType: 'messaging',
    defaultPort: 5672,
    told: { variables: { RABBITMQ_NODE_PORT: '{port}' } },
  },
  {
    id: 'nats',
    name: 'NATS',
    commands: ['nats-server'],
    serviceType: 'messaging',
    defaultPort: 4222,
    told: { add: DASH_P, options: ['-p', '--port'], isLastWinning: true },
  },
  {
    id: 'mosquitto',
    name: 'Mosquitto',
    commands: ['mosquitto'],
    detaches: ['-d', '--daemon'],
    serviceType: 'messaging',
    defaultPort: 1883,
    told: { add: DASH_P, options: ['-p', '--port'] },
  },
  {
    id: 'keycloak',
    name: 'Keycloak',
    commands: ['kc.sh start-dev', 'kc start-dev'],
    serviceType: 'auth',
    defaultPort: 8080,
    told: { add: ['--http-port={port}'], options: ['--http-port'] },
  },
  {
    id: 'oauth2-proxy',
    name: 'oauth2-proxy',
    commands: ['oauth2-proxy'],
    serviceType: 'auth',
    defaultPort: 4180,
    told: {
      add: ['--http-address', '127.0.0.1:{port}'],
      options: ['--http-address', '-http-address'],
      shape: 'address',
    },
  },
  {
    id: 'grafana',
    name: 'Grafana',
    commands: ['grafana-server', 'grafana server'],
    serviceType: 'monitoring',
    defaultPort: 3000,
    told: { variables: { GF_SERVER_HTTP_PORT: '{port}' } },
  },
  {
    id: 'prometheus',
    name: 'Prometheus',
    commands: ['prometheus'],
    serviceType: 'monitoring',
    defaultPort: 9090,
    told: {
      add: ['--web.listen-address=:{port}'],
      options: ['--web.listen-address'],
      shape: 'address',
    },
  },
  {
    id: 'jaeger',
    name: 'Jaeger',
    commands: ['jaeger', 'jaeger-all-in-one'],
    serviceType: 'monitoring',
    defaultPort: 16_686,
    told: {
      options: ['--query.http-server.host-port'],
      shape: 'address',
      advice:
        'Jaeger has a port for each protocol: `--query.http-server.host-port=:{port}` is the one of its page (version 1), the others stand in its configuration.',
    },
  },
  {
    id: 'docker-run',
    name: 'Docker, Podman',
    commands: ['docker run', 'podman run', 'docker container run', 'nerdctl run'],
    optionsComeFirst: true,
    valueOptions: CONTAINER_OPTIONS,
    detaches: ['-d', '--detach'],
    serviceType: null,
    defaultPort: null,
    told: {
      options: ['-p', '--publish'],
      shape: 'published',
      advice:
        'A container is published where `-p HOST:CONTAINER` says: name one, and its host side is filled in.',
    },
  },
];

/** Service types by what the name of an image begins with. */
export const IMAGE_TYPES: Readonly<Record<string, string>> = {
  postgres: 'database',
  postgis: 'database',
  timescaledb: 'database',
  mysql: 'database',
  mariadb: 'database',
  mongo: 'database',
  couchdb: 'database',
  redis: 'infrastructure',
  valkey: 'infrastructure',
  memcached: 'infrastructure',
  minio: 'infrastructure',
  rabbitmq: 'messaging',
  nats: 'messaging',
  kafka: 'messaging',
  'eclipse-mosquitto': 'messaging',
  keycloak: 'auth',
  'oauth2-proxy': 'auth',
  grafana: 'monitoring',
  prometheus: 'monitoring',
  jaeger: 'monitoring',
  'all-in-one': 'monitoring',
  ollama: 'ai',
  nginx: 'proxy',
  traefik: 'proxy',
  caddy: 'proxy',
};
