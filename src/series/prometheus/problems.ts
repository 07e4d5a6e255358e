/** What Prometheus, or a gateway before it, answers when it does not answer the question. */
import { bytes } from '../../base/format';
import { isAbort, Problem } from '../../base/problem';
import type { Answer } from '../../target/types';
import { isHtml, wordsOf } from '../../target/expect';

/** The envelope of every answer of the HTTP API. */
export interface Envelope {
  readonly status: string;
  readonly data?: unknown;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: unknown;
  readonly infos?: unknown;
}

/** The envelope of a good answer; throws a Problem `prometheus.…` for anything else. */
export function envelopeOf(answer: Answer, label: string, path: string): Envelope {
  const { status } = answer;
  const plainPath = path.split('?', 1)[0]!;
  const body = parse(answer);
  if (body?.status === 'success' && status < 300) return body;
  if (body?.status === 'error') throw toldProblem(body, status, label);
  const said = wordsOf(answer);
  const rest = { status, ...(said !== '' && { detail: said }) };
  const settings = 'Try again to enter a user, a token or a header for it.';
  if (status >= 300 && status < 400)
    throw new Problem(
      'prometheus.redirect',
      `${label} sends requests for ${plainPath} on to another address (${status}).`,
      { ...rest, next: 'Use the address it sends to, or sign in: a login page may stand before it.' },
    );
  if (status === 401) {
    const tenant = asksForTenant(said);
    throw new Problem(
      'prometheus.unauthorized',
      tenant ? `${label} asks which tenant is meant (401).` : `${label} asks for credentials (401).`,
      { ...rest, next: tenant ? 'Try again to enter the tenant (the header X-Scope-OrgID).' : settings },
    );
  }
  if (status === 403)
    throw new Problem('prometheus.forbidden', `${label} does not let this user read ${plainPath} (403).`, {
      ...rest,
      next: settings,
    });
  if (status === 404)
    throw new Problem('prometheus.notFound', `${label} has no Prometheus API at ${plainPath} (404).`, {
      ...rest,
      next:
        'Give its address with the path in front of /api/v1: Mimir has /prometheus, ' +
        "VictoriaMetrics' cluster /select/0/prometheus.",
    });
  if (status === 429)
    throw new Problem('prometheus.busy', `${label} has too many queries to answer and refused this one (429).`, {
      ...rest,
      next: 'Try again, with fewer charts or a longer time between updates.',
    });
  if (status >= 502 && status <= 504)
    throw new Problem('prometheus.unavailable', `${label} is not able to answer now (${status}).`, {
      ...rest,
      next: 'Try again when it is ready.',
    });
  if (status >= 400)
    throw new Problem('prometheus.failed', `${label} answered ${plainPath} with ${status}.`, {
      ...rest,
      next: 'See the details for what it says, or its log.',
    });
  if (isHtml(answer))
    throw new Problem('prometheus.html', `${label} answered ${plainPath} with a web page.`, {
      ...rest,
      next: 'Check the address: a login page or another program answers there.',
    });
  throw new Problem(
    'prometheus.notApi',
    `${label} answered ${plainPath} with something that is no answer of Prometheus' ` +
      `API${body === undefined ? ' (it is not JSON, or was cut off)' : ''}.`,
    { ...rest, next: 'Check the address, and what stands between.' },
  );
}

/** Multi-tenant systems answer 401 in these words when they miss the tenant, not the user. */
export function asksForTenant(said: string): boolean {
  return /org id|tenant/i.test(said);
}

function parse(answer: Answer): Envelope | undefined {
  const text = answer.body.toString('utf8');
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const v: unknown = JSON.parse(text);
    return typeof v === 'object' && v !== null && typeof (v as { status?: unknown }).status === 'string'
      ? (v as Envelope)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Prometheus' own error, by its errorType (web/api/v1: bad_data, execution, timeout, canceled, unavailable, not_found,
 * internal; Mimir adds some).
 */
function toldProblem({ errorType = '', error }: Envelope, status: number, label: string): Problem {
  const said = (error ?? '').slice(0, 600).trim();
  const rest = { status, ...(said !== '' && { detail: said }) };
  const words = said === '' ? 'it gives no reason' : firstLine(said);
  if (/exceeded maximum resolution/i.test(said))
    return new Problem('prometheus.tooManyPoints', `${label} refuses so many points for each line: ${words}.`, {
      ...rest,
      next: 'Choose a shorter time range or a longer step.',
    });
  switch (errorType) {
    case 'bad_data':
      return new Problem('prometheus.badQuery', `${label} does not take this query: ${words}.`, {
        ...rest,
        next: 'Correct the query.',
      });
    case 'execution':
      return new Problem('prometheus.execution', `${label} gave the query up: ${words}.`, {
        ...rest,
        next: 'Choose a shorter time range, or narrow the query to fewer series.',
      });
    case 'timeout':
      return new Problem('prometheus.queryTimeout', `${label} did not finish the query in time: ${words}.`, {
        ...rest,
        next: 'Choose a shorter time range, or narrow the query to fewer series.',
      });
    case 'canceled':
      return new Problem('prometheus.canceled', `${label} cancelled the query: ${words}.`, {
        ...rest,
        next: 'It may be restarting: try again.',
      });
    case 'unavailable':
      return new Problem('prometheus.unavailable', `${label} is not able to answer now: ${words}.`, {
        ...rest,
        next: 'Try again when it is ready.',
      });
    case 'too_many_requests':
      return new Problem('prometheus.busy', `${label} has too many queries to answer: ${words}.`, {
        ...rest,
        next: 'Try again, with fewer charts or a longer time between updates.',
      });
  }
  return new Problem('prometheus.failed', `${label} answered with an error: ${words}.`, {
    ...rest,
    next: 'See the details for what it says, or its log.',
  });
}

const firstLine = (text: string): string =>
  text
    .split('\n', 1)[0]!
    .slice(0, 300)
    .replace(/[.\s]+$/, '');

/** An error on the way, with a next step that fits Prometheus; others, and aborts, as they are. */
export function wayProblem(e: unknown, maxBytes: number): unknown {
  if (isAbort(e) || !(e instanceof Problem)) return e;
  const again = (code: string, message: string, next: string): Problem =>
    new Problem(code, message, { ...e.options, next, cause: e });
  switch (e.code) {
    case 'target.tooBig':
    case 'kube.tooLong':
      return again(
        'prometheus.tooBig',
        `The answer is longer than ${bytes(maxBytes)} and was not read on.`,
        'Choose a shorter time range, or a query with fewer series (sum by, topk).',
      );
    case 'target.timeout':
      return again(
        e.code,
        e.message,
        'The query may be too heavy: choose a shorter time range, or narrow it to fewer series.',
      );
    case 'target.refused':
      return again(e.code, e.message, 'Check that this Prometheus runs, and its address and port.');
    case 'target.certificate':
      return again(
        e.code,
        e.message.replace(/; if the root CA is installed locally.*$/, '.'),
        'Try again to give its CA, or to take any certificate; or use an address that the certificate names.',
      );
    case 'target.protocol':
      return again(e.code, e.message, 'Check its address and port.');
    case 'target.dropped':
      return again(
        e.code,
        e.message,
        'It may have restarted, or something on the way cuts long queries off: try again, with a shorter time range.',
      );
  }
  return e;
}
