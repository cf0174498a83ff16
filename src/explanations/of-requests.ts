// Owns the explanations of what is wrong with a request itself: its form, its sender, its size.

import type { Explanations } from './explanation.ts';

export const OF_REQUESTS = {
  INVALID_REQUEST: {
    what: 'The request or the command line says something that is not allowed, so nothing was done.',
    causes: [
      'A field or option is missing, has the wrong type, or is out of its bounds.',
      'A name holds characters that names may not have, such as spaces, quotes or line breaks.',
      'A request id was used before with another body.',
      'A field is one that the API does not know, most often a slip of the pen.',
    ],
    remedies: [
      { what: 'Correct what the message names: it says which field, and what is allowed there.' },
      { what: 'Look at what a command takes.', command: 'styxy allocate --help' },
    ],
    example: {
      detail: '`preferred_port` must be an integer from 1024 to 65535; got 80',
      fields: { field: 'preferred_port' },
    },
    related: ['UNKNOWN_SERVICE_TYPE', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE'],
  },
  UNAUTHORIZED: {
    what: 'A request over TCP came without the token of this STYXY_HOME, or with another one, so it was not looked at.',
    causes: [
      'The Authorization header is missing, or the token stands in the query or in a cookie, where it never counts.',
      'The token was replaced by `styxy token rotate`, or belongs to another STYXY_HOME.',
    ],
    remedies: [
      {
        what: 'Send the content of auth.token in the Authorization header.',
        command:
          'curl -H "Authorization: Bearer $(cat ~/.styxy/auth.token)" http://127.0.0.1:9876/allocations',
      },
      {
        what: 'Or use the unix socket, which needs no token.',
        command: 'curl --unix-socket ~/.styxy/styxy.sock http://localhost/allocations',
      },
    ],
    example: { detail: 'The request has no token' },
    related: ['FORBIDDEN', 'TOO_MANY_REQUESTS'],
  },
  FORBIDDEN: {
    what: 'The headers say that a web page or another host sent this request, so it was not looked at.',
    causes: [
      'The Host header is none of 127.0.0.1, localhost and [::1] with the daemon’s own port.',
      'The Origin header names another page than Styxy’s own, or Sec-Fetch-Site says that another site sent it.',
      'A proxy or a tunnel passes requests on under its own name.',
    ],
    remedies: [
      {
        what: 'Call the API from a program of this machine, by its loopback address.',
        command: 'curl http://127.0.0.1:9876/health',
      },
      {
        what: 'From a container or another machine, run the command line where the daemon runs.',
        command: 'styxy status',
      },
    ],
    example: { detail: 'A page of "http://localhost:5173" may not call this daemon' },
    related: ['UNAUTHORIZED'],
  },
  NOT_FOUND: {
    what: 'There is no such route, or no file where the command line was sent to read one.',
    causes: [
      'The path of the request is misspelt, or belongs to a newer version of Styxy.',
      'A file that was named, such as a port guide to be imported, does not exist or has nothing in it.',
    ],
    remedies: [
      {
        what: 'Look at the list of all routes.',
        command: 'curl --unix-socket ~/.styxy/styxy.sock http://localhost/openapi.json',
      },
      { what: 'Compare the versions of daemon and command line.', command: 'styxy status' },
    ],
    example: { detail: 'No such route' },
    related: ['METHOD_NOT_ALLOWED', 'LEASE_NOT_FOUND', 'INSTANCE_NOT_FOUND'],
  },
  METHOD_NOT_ALLOWED: {
    what: 'The route exists, but not with this method.',
    causes: ['A GET was sent where only a POST changes something, or the other way round.'],
    remedies: [
      { what: 'Use a method that the Allow header of the answer names.' },
      {
        what: 'Look at the list of all routes.',
        command: 'curl --unix-socket ~/.styxy/styxy.sock http://localhost/openapi.json',
      },
    ],
    example: { detail: 'This route has POST, not GET' },
    related: ['NOT_FOUND'],
  },
  REQUEST_TIMEOUT: {
    what: 'The request did not arrive in time, and the connection was closed.',
    causes: [
      'The headers took longer than 5 seconds, or the whole request longer than 15.',
      'The sender was stopped in the middle of it, by a debugger or by a machine that went to sleep.',
    ],
    remedies: [{ what: 'Send it again, in one go.' }],
    example: { detail: 'The request did not arrive in time' },
    related: ['HEADERS_TOO_LARGE', 'PAYLOAD_TOO_LARGE'],
  },
  PAYLOAD_TOO_LARGE: {
    what: 'The body of the request is larger than 64 KiB, and was not read to its end.',
    causes: ['A batch or the metadata of an instance holds more than the API takes.'],
    remedies: [
      { what: 'Send less at once: a batch has 64 requests at most, and metadata is for a few words.' },
    ],
    example: { detail: 'The body is larger than 64 KiB' },
    related: ['HEADERS_TOO_LARGE', 'INVALID_REQUEST'],
  },
  UNSUPPORTED_MEDIA_TYPE: {
    what: 'The body of the request does not say that it is JSON, so it was not read.',
    causes: [
      'The Content-Type header is missing or names another type; `curl -d` alone says that it sends a form.',
      'A web page sent a form: that is how pages reach local daemons, so that only JSON is taken.',
    ],
    remedies: [
      {
        what: 'Say that it is JSON.',
        command:
          'curl --unix-socket ~/.styxy/styxy.sock -H "Content-Type: application/json" -d \'{"service_type": "dev"}\' http://localhost/allocate',
      },
    ],
    example: { detail: 'The body is not `application/json`' },
    related: ['INVALID_REQUEST', 'FORBIDDEN'],
  },
  TOO_MANY_REQUESTS: {
    what: 'More than 100 wrong tokens came within a minute; while that lasts, wrong ones are turned away unseen. A right token works all the time. Or 64 streams of events are open, which is as many as there may be.',
    causes: [
      'A program goes on with a token that was replaced.',
      'Somebody on this machine guesses tokens.',
      'Programs open `GET /events` again and again, and do not close what they have.',
    ],
    remedies: [
      { what: 'Send the token that auth.token in STYXY_HOME holds now.' },
      { what: 'Find who does it: the log has the requests.', command: 'styxy daemon logs' },
    ],
    example: { detail: 'Too many wrong tokens' },
    related: ['UNAUTHORIZED'],
  },
  HEADERS_TOO_LARGE: {
    what: 'The request line and the headers together are larger than 16 KiB, and the request was not read.',
    causes: [
      'A browser sends all cookies of localhost along, or a value was put into the query that belongs into the body.',
    ],
    remedies: [{ what: 'Send fewer and shorter headers; Styxy needs no cookie.' }],
    example: { detail: 'The request line and headers are larger than 16 KiB' },
    related: ['PAYLOAD_TOO_LARGE', 'REQUEST_TIMEOUT'],
  },
} as const satisfies Explanations;
