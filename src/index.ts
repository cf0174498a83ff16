// Owns what `import … from 'styxy'` brings: the one barrel of the project.

export { type ErrorCode, StyxyError } from './errors.ts';
export { connect } from './library/connect.ts';
export type {
  ConnectOptions,
  PortHold,
  PortLease,
  PortRequest,
  Protocol,
  Styxy,
} from './library/public.ts';
