/** Why a block or mutex profile is empty: Go samples neither until the program switches it on. Pure. */
import { count } from '../base/format';
import { Problem } from '../base/problem';

/** What switches sampling on; it belongs in the program's `main`. */
const SWITCH = {
  block: {
    call: 'runtime.SetBlockProfileRate(10_000)',
    label: 'Block',
    flag: ', or --contention-profiling of a Kubernetes component',
  },
  mutex: { call: 'runtime.SetMutexProfileFraction(10)', label: 'Mutex', flag: '' },
} as const;

export type SampledKind = keyof typeof SWITCH;

export function isSampled(kind: string): kind is SampledKind {
  return Object.hasOwn(SWITCH, kind);
}

/**
 * `text` is the profile with `debug=1`: for mutex it has the fraction ("sampling period=0": off), for block only what
 * was recorded. With `seconds` > 0, the profile covers only that time.
 */
export function whyEmpty(
  kind: SampledKind,
  text: string,
  { label, seconds }: { readonly label: string; readonly seconds: number },
): Problem {
  const { call, label: called, flag } = SWITCH[kind];
  const fraction = kind === 'mutex' ? /^sampling period=(\d+)/m.exec(text)?.[1] : undefined;
  const on = fraction === undefined ? /^\d+ \d+ @/m.test(text) : fraction !== '0';
  const waited = kind === 'block' ? 'nothing was blocked' : 'no lock was contended';
  if (on) {
    const since = seconds > 0 ? `within ${count(seconds, 'second')}` : 'so far';
    return new Problem(
      'captures.nothingSampled',
      `${called} profiling is on in ${label}${fraction === undefined ? '' : `, one contention of ${fraction}`}, ` +
        `and ${waited} ${since}: the profile is empty, and nothing was saved.`,
      { next: 'Capture again under load, or over more seconds.' },
    );
  }
  const off =
    fraction === '0'
      ? `${called} profiling is off in ${label}`
      : `The ${kind} profile of ${label} is empty: it is off, as Go has it by default, or ${waited} since it was ` +
        'switched on';
  return new Problem('captures.off', `${off}; nothing was saved.`, {
    next:
      `Switch it on with ${call} at the start of main${flag}; in the program's sources the light bulb where pprof ` +
      'is set up does it.',
    detail: text.slice(0, 600),
  });
}
