// Owns the tool that tells the servers of one checkout of each other.

import { flag, nullable, text } from '../../api/fields.ts';
import * as Type from '../../api/type.ts';
import { findLeases } from '../desk.ts';
import { closed, cwd } from '../shapes.ts';
import { READS, toolOf } from '../tool.ts';

const MAX_SERVICES = 100;

export const siblingUrls = toolOf({
  name: 'sibling_urls',
  title: "URLs of this checkout's services",
  description:
    "Where the other services of this very checkout are, so that its web app speaks to its own API and not to another worktree's. Never guess such a URL.",
  input: Type.object({ cwd: cwd() }, closed),
  output: Type.object({
    services: Type.array(
      Type.object({
        name: text('The service'),
        service_type: text('Its type'),
        port: Type.integer(),
        browser_url: nullable(Type.string(), 'For a browser; null where it speaks no HTTP'),
        server_url: nullable(Type.string(), 'For programs on this machine'),
        is_running: flag('Somebody listens'),
      }),
    ),
  }),
  annotations: READS,
  async run({ cwd: directory }, desk) {
    const project = desk.projectOf(directory);
    const { leases } = await findLeases(desk, { project_path: project.path, limit: MAX_SERVICES });
    const services = leases.map(({ service_name: name, service_type, port, url, state }) => ({
      name: name ?? service_type,
      service_type,
      port,
      browser_url: url,
      // Names below localhost are known to every browser, but not to every program.
      server_url: url === null ? null : `http://localhost:${port}`,
      is_running: state === 'active',
    }));
    const running = services.filter((service) => service.is_running).length;
    const number = services.length === 1 ? '1 service has' : `${services.length} services have`;
    return {
      sentence: `${number} a port in this checkout, ${running} of them running.`,
      output: { services },
    };
  },
});
