/** Label matchers. */
import { Problem } from '../../base/problem';
import type { Matcher } from '../types';

/**
 * The test of one matcher; a missing label has the value ''. @throws Problem `metrics.regex` for an expression that
 * JavaScript and Go's RE2 read differently
 */
export function matcher({ op, value }: Matcher): (labelValue: string) => boolean {
  switch (op) {
    case '=':
      return (v) => v === value;
    case '!=':
      return (v) => v !== value;
    case '=~': {
      const is = whole(value);
      return is;
    }
    case '!~': {
      const is = whole(value);
      return (v) => !is(v);
    }
  }
}

/** Plain words joined by "|": the most common expression, and faster as a set. */
const WORDS = /^[^\\^$.*+?()[\]{}|]*(?:\|[^\\^$.*+?()[\]{}|]*)*$/;

function whole(pattern: string): (v: string) => boolean {
  if (WORDS.test(pattern)) {
    const words = new Set(pattern.split('|'));
    return (v) => words.has(v);
  }
  const re = goRegExp(pattern);
  return (v) => re.test(v);
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\t\\n\\v\\f\\r ',
  xdigit: '0-9A-Fa-f',
  word: '0-9A-Za-z_',
  punct: '!-\\/:-@\\[-`{-~',
};

/**
 * `^(?s:pattern)$` of RE2 (model/labels/regexp.go, NewFastRegexMatcher) in JavaScript.
 * @throws Problem `metrics.regex`
 */
export function goRegExp(pattern: string): RegExp {
  const bad = (why: string): Problem =>
    new Problem('metrics.regex', `The regular expression "${pattern}" cannot be used: ${why}.`, {
      next: 'Write it as RE2 takes it: no look-ahead, no back-references, flags only at its start.',
    });
  if (/(?:^|[^\\])(?:\\\\)*(?:\(\?[=!]|\(\?<[=!]|\\[1-9])/.test(pattern))
    throw bad('RE2 knows no look-ahead, look-behind or back-reference');
  let source = pattern;
  let flags = 's';
  const lead = /^\(\?([imsU]+)\)/.exec(source);
  if (lead) {
    if (/U/.test(lead[1] ?? '')) throw bad('the flag U is not known here');
    source = source.slice(lead[0].length);
    for (const f of lead[1] ?? '') if (!flags.includes(f)) flags += f;
  }
  source = source
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (all, name: string) => CLASSES[name] ?? all)
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\\C/g, '.');
  // RE2 counts code points, like the flag "u"; but that refuses escapes such as "\-", which Go accepts.
  for (const f of [`${flags}u`, flags]) {
    try {
      return new RegExp(`^(?:${source})$`, f);
    } catch {
      /* Try without "u" next, then give up. */
    }
  }
  throw bad('it does not end well');
}
