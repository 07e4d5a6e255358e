import { Problem } from '../base/problem';
import { speaksTls } from './problems';
import type { Answer, Target } from './types';

/** Longest piece of a server's own words that a Problem carries, in characters. */
const WORDS = 600;

/**
 * Returns the answer if it is a 2xx and no web page. Otherwise throws a Problem that says what stands in the way:
 * `target.scheme`, `target.unauthorized` (401), `target.forbidden` (403), `target.notFound` (404), `target.cpuInUse`
 * (500 of pprof), `target.unavailable` (502, 503, 504), `target.redirect` (3xx), `target.html` (a page instead of
 * data), `target.status` (any other).
 */
export function expectOk(answer: Answer, target: Pick<Target, 'label'>, path: string): Answer {
  const { status } = answer;
  const plainPath = path.split('?', 1)[0]!;
  if (wantsTls(answer)) throw speaksTls(target);
  if (status < 200 || status > 299) throw statusProblem(answer, target.label, plainPath);
  if (isHtml(answer) && !isPprofIndex(answer))
    throw problem('html', answer, `${target.label} answered ${plainPath} with a web page.`, {
      next: 'Choose another port: this one serves something else, perhaps a login.',
    });
  return answer;
}

function statusProblem(answer: Answer, label: string, path: string): Problem {
  const { status } = answer;
  if (status >= 300 && status < 400) {
    const to = location(answer);
    return problem(
      'redirect',
      answer,
      `${label} sends requests for ${path} on to ${to || 'another address'} (${status}).`,
      {
        next: 'Nothing was followed: choose the port of the process itself, not of a proxy with a login.',
      },
    );
  }
  switch (status) {
    case 401:
      return problem('unauthorized', answer, `${label} asks for a token before it answers ${path} (401).`, {
        next: 'Choose a service account to authenticate as.',
      });
    case 403:
      return problem('forbidden', answer, `${label} does not let this account read ${path} (403).`, {
        next: 'Give the account the right to read it, or choose another account.',
      });
    case 404:
      return problem('notFound', answer, `${label} has nothing at ${path} (404).`, {
        next: path.includes('/debug/pprof')
          ? "Switch pprof on in the process (PprofBindAddress in the options of controller-runtime's manager, " +
            'or net/http/pprof), or choose another port.'
          : 'Choose another port or path.',
      });
    case 500:
      if (!/profiling already in use/i.test(wordsOf(answer))) break;
      return problem(
        'cpuInUse',
        answer,
        `A CPU profile of ${label} is being taken already, and a process can take only one at a time.`,
        { next: 'Wait until the other one ends, then capture again.' },
      );
    case 502:
    case 503:
    case 504:
      return problem('unavailable', answer, `${label} is not able to answer ${path} now (${status}).`, {
        next: 'Try again when the process is ready.',
      });
  }
  return problem('status', answer, `${label} answered ${path} with ${status}.`, {
    next:
      wordsOf(answer) === ''
        ? 'It says no more than that: see the log of the process, or choose another port.'
        : 'See the details for what it says.',
  });
}

/** A Problem `target.<code>` with the answer's status and words. */
function problem(code: string, answer: Answer, message: string, { next }: { readonly next: string }): Problem {
  const detail = wordsOf(answer);
  return new Problem(`target.${code}`, message, { status: answer.status, ...(detail !== '' && { detail }), next });
}

/** The server's own words, shortened; '' for web pages. */
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
 * Go's TLS servers answer plain HTTP with a 400 in these words (net/http, `badRequestError` after a TLS record error),
 * nginx with its own.
 */
export function wantsTls(answer: Answer): boolean {
  return (
    answer.status === 400 &&
    /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i.test(
      answer.body.subarray(0, 2000).toString('latin1'),
    )
  );
}

/** A web page, by its type or its first characters. Go's pprof index is one, too: see isPprofIndex. */
export function isHtml(answer: Answer): boolean {
  return (
    /text\/html|xhtml/i.test(answer.headers['content-type'] ?? '') ||
    /^\s*(<!doctype html|<html)/i.test(answer.body.subarray(0, 200).toString('latin1'))
  );
}

/**
 * The index that net/http/pprof serves at `/debug/pprof/`, recognised by its content: any page may live at that path.
 */
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
