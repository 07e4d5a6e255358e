import { bytes as inBytes, duration } from '../base/format';
import { Problem } from '../base/problem';
import type { Target } from './types';

/** How far a request had come when it failed. */
export interface Progress {
  readonly seconds: number;
  readonly bytes: number;
  readonly answered: boolean;
}

const CERTIFICATE =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/;

/** What went wrong on the way to a process, as a Problem; a Problem stays as it is. */
export function connectProblem(e: Error, target: Target, progress: Progress): Problem {
  if (e instanceof Problem) return e;
  const cause = unwrapped(e);
  if (cause instanceof Problem) return cause;
  const code = String((cause as { code?: unknown }).code ?? '');
  const { label } = target;
  if (code === 'ECONNREFUSED') {
    return new Problem('target.refused', `Nothing listens at ${label}.`, {
      next: target.open
        ? 'Check the port, or look for endpoints.'
        : 'Check that the process runs, and that it serves pprof at this address.',
      cause: e,
    });
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new Problem('target.unreachable', `The host of ${label} is not known to the name service.`, {
      next: 'Check the address.',
      cause: e,
    });
  }
  if (/^E(HOSTUNREACH|NETUNREACH|HOSTDOWN|NETDOWN|ADDRNOTAVAIL|TIMEDOUT)$/.test(code)) {
    return new Problem('target.unreachable', `${label} can't be reached (${code}).`, {
      next: 'Check the address and the network.',
      cause: e,
    });
  }
  if (CERTIFICATE.test(code)) {
    return new Problem('target.certificate', `The certificate of ${label} is not trusted: ${cause.message}.`, {
      next: 'Use an address that its certificate names, or reach the process through the cluster.',
      cause: e,
    });
  }
  if (/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)|HANDSHAKE_FAILURE/.test(code)) {
    return new Problem(
      'target.clientCertificate',
      `${label} refused the TLS connection (${code}); it may ask for a client certificate.`,
      { next: 'Give the process a metrics address that takes bearer tokens.', cause: e },
    );
  }
  if (speaksPlain(cause, code)) {
    return new Problem('target.scheme', `${label} was asked by HTTPS and does not speak TLS.`, {
      next: 'Use http.',
      cause: e,
    });
  }
  if (code.startsWith('HPE_')) return notHttp(cause, target);
  if (
    /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED)$/.test(code) ||
    /socket hang up|aborted|disconnected before secure TLS/i.test(cause.message)
  ) {
    return dropped(target, progress);
  }
  return new Problem(
    'target.failed',
    `The request to ${label} failed: ${cause.message}${code === '' ? '' : ` (${code})`}.`,
    { next: 'Try again.', cause: e },
  );
}

/** Node packs the attempts at several addresses into one error; the first tells as much as all of them. */
function unwrapped(e: Error): Error {
  if (e instanceof AggregateError && e.errors[0] instanceof Error) return e.errors[0];
  return e.cause instanceof Problem ? e.cause : e;
}

function speaksPlain(e: Error, code: string): boolean {
  return (
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|RECORD_LAYER/.test(code) ||
    (code === 'EPROTO' && /wrong version number|packet length/i.test(e.message))
  );
}

function notHttp(e: Error, target: Target): Problem {
  const raw = (e as { rawPacket?: unknown }).rawPacket;
  // A TLS server answers plain text with an alert: record type 21, version 3.x.
  if (Buffer.isBuffer(raw) && raw[0] === 0x15 && raw[1] === 0x03) return speaksTls(target, e);
  return new Problem('target.protocol', `${target.label} answers, but not by HTTP.`, {
    next: 'Check the port; it may belong to another protocol, such as gRPC or a database.',
    cause: e,
  });
}

/** The process wants HTTPS, and was asked by HTTP. */
export function speaksTls(target: Pick<Target, 'label'>, cause?: unknown): Problem {
  return new Problem('target.scheme', `${target.label} was asked by HTTP and speaks HTTPS.`, {
    next: 'Use https.',
    cause,
  });
}

/** The connection ended before the answer was complete. */
export function dropped(target: Target, { seconds, bytes, answered }: Progress): Problem {
  const when = `after ${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const what = answered ? `${inBytes(bytes)} of the answer had come` : 'before it answered';
  return new Problem('target.dropped', `The connection to ${target.label} was cut ${when}, ${what}.`, {
    next:
      'The process may have restarted, or something on the way drops idle connections; ' +
      'try again, with fewer seconds if it happens at the same time each time.',
  });
}

export function timedOut(target: Target, path: string, idleMs: number, received: number): Problem {
  const wait = duration(idleMs * 1e6).replace('.0 ', ' ');
  return new Problem(
    'target.timeout',
    received > 0
      ? `${target.label} was silent for ${wait} after ${inBytes(received)} of its answer to ${path}.`
      : `${target.label} did not answer ${path} within ${wait}.`,
    {
      next: 'Try again; for a process that is slow under load, raise controllerTuner.requestTimeoutSeconds.',
    },
  );
}

export function tooBig(target: Target, path: string, limit: number): Problem {
  return new Problem(
    'target.tooBig',
    `The answer of ${target.label} to ${path} is longer than ${inBytes(limit)} and was not read on.`,
    { next: 'Raise controllerTuner.maxProfileMiB if you trust the process.' },
  );
}
