import { Problem } from '../base/problem';
import { speaksTls } from './problems';
import type { Answer, Target } from './types';

/** Longest piece of a server's own words that a Problem carries, in characters. */
const WORDS = 600;

/**
 * The answer, if it is a 2xx that is no web page; else throws a Problem that says what stands in the way:
 * `target.scheme`, `target.unauthorized` (401), `target.forbidden` (403), `target.notFound`
 * (404), `target.cpuInUse` (500 of pprof), `target.unavailable` (502, 503, 504), `target.redirect` (3xx),
 * `target.html` (a page where data was asked for), `target.status` (any other).
 */
export function expectOk(answer: Answer, target: Pick<Target, 'label'>, path: string): Answer {
  const { status } = answer;
  const { label } = target;
  const detail = wordsOf(answer);
  const rest = { status, ...(detail !== '' && { detail }) };
  const plainPath = path.split('?', 1)[0]!;
  if (wantsTls(answer)) throw speaksTls(target);
  if (status >= 200 && status < 300) {
    if (isHtml(answer) && !isPprofIndex(answer))
      throw new Problem('target.html', `${label} answered ${plainPath} with a web page.`, {
        ...rest,
        next: 'Choose another port: this one serves something else, perhaps a login.',
      });
    return answer;
  }
  if (status >= 300 && status < 400) {
    const to = location(answer);
    throw new Problem(
      'target.redirect',
      `${label} sends requests for ${plainPath} on to ${to || 'another address'} (${status}).`,
      { ...rest, next: 'Nothing was followed: choose the port of the process itself, not of a proxy with a login.' },
    );
  }
  switch (status) {
    case 401:
      throw new Problem('target.unauthorized', `${label} asks for a token before it answers ${plainPath} (401).`, {
        ...rest,
        next: 'Choose a service account to authenticate as.',
      });
    case 403:
      throw new Problem('target.forbidden', `${label} does not let this account read ${plainPath} (403).`, {
        ...rest,
        next: 'Give the account the right to read it, or choose another account.',
      });
    case 404:
      throw new Problem('target.notFound', `${label} has nothing at ${plainPath} (404).`, {
        ...rest,
        next: plainPath.includes('/debug/pprof')
          ? "Switch pprof on in the process (PprofBindAddress in the options of controller-runtime's manager, " +
            'or net/http/pprof), or choose another port.'
          : 'Choose another port or path.',
      });
    case 500:
      if (/profiling already in use/i.test(detail))
        throw new Problem(
          'target.cpuInUse',
          `A CPU profile of ${label} is being taken already, and a process can take only one at a time.`,
          { ...rest, next: 'Wait until the other one ends, then capture again.' },
        );
      break;
    case 502:
    case 503:
    case 504:
      throw new Problem('target.unavailable', `${label} is not able to answer ${plainPath} now (${status}).`, {
        ...rest,
        next: 'Try again when the process is ready.',
      });
  }
  throw new Problem('target.status', `${label} answered ${plainPath} with ${status}.`, {
    ...rest,
    next:
      detail === ''
        ? 'It says no more than that: see the log of the process, or choose another port.'
        : 'See the details for what it says.',
  });
}

/** The server's own words, in short; nothing of web pages. */
export function wordsOf(answer: Answer): string {
  return isHtml(answer)
    ? ''
    : answer.body
        .subarray(0, WORDS)
        .toString('utf8')
        .replace(/[^\t\n\x20-\x7e\u00a0-\uffff]/g, '')
        .trim();
}

/**
 * Go's TLS servers answer plain HTTP by a 400 in these words (net/http, `badRequestError` after a TLS record error);
 * nginx in its own.
 */
export function wantsTls(answer: Answer): boolean {
  return (
    answer.status === 400 &&
    /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i.test(
      answer.body.subarray(0, 2000).toString('latin1'),
    )
  );
}

/** A web page by its type or its first characters. Go's pprof index is one, too: see isPprofIndex. */
export function isHtml(answer: Answer): boolean {
  return (
    /text\/html|xhtml/i.test(answer.headers['content-type'] ?? '') ||
    /^\s*(<!doctype html|<html)/i.test(answer.body.subarray(0, 200).toString('latin1'))
  );
}

/** The list that net/http/pprof gives at `/debug/pprof/`, by what is in it: any page may live at that path. */
export function isPprofIndex(answer: Answer): boolean {
  if (answer.status !== 200) return false;
  const text = answer.body.subarray(0, 64_000).toString('latin1');
  return (
    /<title>\s*\/debug\/pprof\/?\s*<\/title>/i.test(text) ||
    /Types of profiles available/i.test(text) ||
    (/href=['"][^'"]*goroutine\?debug=1/.test(text) && /\bheap\b/.test(text))
  );
}

/** Where a redirect points, without its query, which may carry secrets. */
function location(answer: Answer): string {
  return (answer.headers['location'] ?? '').split(/[?#]/, 1)[0]!.slice(0, 200);
}
