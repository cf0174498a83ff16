// Owns the catalogue that Styxy ships: service types with their ranges, templates, and the ports browsers refuse.

import type { ServiceTypeConfig } from './config.ts';

/** 17 types with 1,404 ports, no two ranges overlapping. */
export const SHIPPED_SERVICE_TYPES: Readonly<Record<string, ServiceTypeConfig>> = {
  dev: {
    range: [3000, 3099],
    preferred_ports: [3000, 3001, 3002, 3003],
    instance_behavior: 'multi',
    description: 'Front-end development servers',
    examples: ['React', 'Next.js', 'Vite'],
    avoid: [],
  },
  monitoring: {
    range: [3100, 3199],
    preferred_ports: [3100, 3101, 3102, 3103],
    instance_behavior: 'multi',
    description: 'Metrics and log dashboards',
    examples: [],
    avoid: [],
  },
  ui: {
    range: [4000, 4099],
    preferred_ports: [4000, 4001, 4002, 4003],
    instance_behavior: 'multi',
    description: 'Admin interfaces, emulator UIs',
    examples: [],
    avoid: [4045],
  },
  docs: {
    range: [4100, 4199],
    preferred_ports: [4100, 4101, 4102, 4103],
    instance_behavior: 'multi',
    description: 'Documentation servers',
    examples: ['Docusaurus', 'MkDocs', 'Sphinx'],
    avoid: [4190],
  },
  hub: {
    range: [4400, 4499],
    preferred_ports: [4400, 4401, 4402, 4403],
    instance_behavior: 'multi',
    description: 'Emulator hubs, multi-service coordination',
    examples: [],
    avoid: [],
  },
  functions: {
    range: [5000, 5099],
    preferred_ports: [5001, 5002, 5003, 5004],
    instance_behavior: 'multi',
    description: 'Serverless functions and their emulators',
    examples: [],
    avoid: [5060, 5061],
  },
  database: {
    range: [5430, 5499],
    preferred_ports: [5430, 5431, 5432, 5433],
    instance_behavior: 'multi',
    description: 'PostgreSQL, MySQL and other databases',
    examples: [],
    avoid: [],
  },
  storybook: {
    range: [6006, 6029],
    preferred_ports: [6006, 6007, 6008, 6009],
    instance_behavior: 'multi',
    description: 'Component workshops',
    examples: [],
    avoid: [],
  },
  infrastructure: {
    range: [6370, 6399],
    preferred_ports: [6370, 6371, 6372, 6373],
    instance_behavior: 'multi',
    description: 'Redis, caches, background services',
    examples: [],
    avoid: [],
  },
  api: {
    range: [8000, 8099],
    preferred_ports: [8000, 8001, 8002, 8003],
    instance_behavior: 'multi',
    description: 'Back-end API servers',
    examples: ['Express', 'FastAPI', 'Django'],
    avoid: [],
  },
  proxy: {
    range: [8100, 8199],
    preferred_ports: [8100, 8101, 8102, 8103],
    instance_behavior: 'multi',
    description: 'Development proxies, tunnels',
    examples: [],
    avoid: [],
  },
  build: {
    range: [8200, 8299],
    preferred_ports: [8200, 8201, 8202, 8203],
    instance_behavior: 'multi',
    description: 'Bundlers, build servers',
    examples: [],
    avoid: [],
  },
  messaging: {
    range: [9050, 9098],
    preferred_ports: [9050, 9051, 9052, 9053],
    instance_behavior: 'multi',
    description: 'Kafka, RabbitMQ, NATS and other brokers',
    examples: [],
    avoid: [],
  },
  auth: {
    range: [9099, 9199],
    preferred_ports: [9099, 9100, 9101, 9102],
    instance_behavior: 'multi',
    description: 'Authentication services and their emulators',
    examples: [],
    avoid: [],
  },
  test: {
    range: [9200, 9299],
    preferred_ports: [9200, 9201, 9202, 9203],
    instance_behavior: 'multi',
    description: 'Test runners, browser debugging',
    examples: [],
    avoid: [],
  },
  coordination: {
    range: [9870, 9899],
    preferred_ports: [9870, 9871, 9872, 9873],
    instance_behavior: 'multi',
    description: "Coordinators; Styxy's own API and dashboard live at 9876, which is never granted",
    examples: [],
    avoid: [],
  },
  ai: {
    range: [11400, 11499],
    preferred_ports: [11430, 11431, 11432, 11433],
    instance_behavior: 'single',
    description: 'Ollama, model servers, embedding and RAG services',
    examples: [],
    avoid: [],
  },
};

/**
 * A template shifts where an instance starts looking among a type's preferred ports, so that a main checkout, a
 * staging copy and feature branches tend to keep their own numbers. It is a preference, never an exclusion.
 */
export const SHIPPED_TEMPLATES: Readonly<Record<string, number>> = {
  main: 0,
  dev: 1,
  staging: 2,
  features: 3,
};

/** TCP ports that every browser refuses to open (WHATWG fetch, "bad port"). */
export const BROWSER_BLOCKED_PORTS: readonly number[] = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/** Ports that people expect a certain server on: no range is made over one of them. */
export const WELL_KNOWN_SERVERS: Readonly<Record<number, string>> = {
  2379: 'etcd',
  2380: 'etcd peers',
  3306: 'MySQL',
  3389: 'RDP',
  4222: 'NATS',
  4369: 'epmd',
  5222: 'XMPP',
  5353: 'mDNS',
  5432: 'PostgreSQL',
  5672: 'AMQP',
  5900: 'VNC',
  6379: 'Redis',
  6443: 'Kubernetes API',
  8500: 'Consul',
  9090: 'Prometheus',
  9200: 'Elasticsearch',
  9229: 'Node inspector',
  9876: "Karma's default, and Styxy's own",
  10250: 'kubelet',
  11211: 'memcached',
  11434: 'Ollama',
  27017: 'MongoDB',
};
