/** Options of the command `profile`, named as in pprof, with dashes. */
import type { Granularity, Normalize, Part } from '../profile/types';
import type { ProfileJob, ProfileOutput } from './jobs';
import { usage } from './usage';

type Texts = Readonly<
  Partial<
    Record<
      | 'focus'
      | 'ignore'
      | 'hide'
      | 'show'
      | 'show-from'
      | 'tagroot'
      | 'tagleaf'
      | 'granularity'
      | 'normalize'
      | 'peek'
      | 'proto',
      string | undefined
    >
  >
>;
type Lists = Readonly<Partial<Record<'tagfocus' | 'tagignore' | 'base' | 'diff-base', readonly string[] | undefined>>>;
type Flags = Readonly<
  Partial<Record<'noinlines' | 'cut' | 'json' | 'top' | 'tags' | 'split' | 'folded', boolean | undefined>>
>;
type Values = Texts & Lists & Flags;

const GRANULARITIES: readonly Granularity[] = ['functions', 'filefunctions', 'files', 'lines', 'addresses', 'packages'];
const NORMALIZE: readonly Normalize[] = ['none', 'total', 'duration'];

export function partOf(values: Values): Part {
  const keys = (text: string | undefined) => (text ?? '').split(',').filter((k) => k !== '');
  const { focus, ignore, hide, show, granularity } = values;
  return {
    ...(focus !== undefined && { focus }),
    ...(ignore !== undefined && { ignore }),
    ...(hide !== undefined && { hide }),
    ...(show !== undefined && { show }),
    ...(values['show-from'] !== undefined && { showFrom: values['show-from'] }),
    ...(values.tagfocus && { tagFocus: values.tagfocus }),
    ...(values.tagignore && { tagIgnore: values.tagignore }),
    ...(values.tagroot !== undefined && { tagRoot: keys(values.tagroot) }),
    ...(values.tagleaf !== undefined && { tagLeaf: keys(values.tagleaf) }),
    ...(granularity !== undefined && { granularity: oneOf('granularity', granularity, GRANULARITIES) }),
    ...(values.noinlines === true && { noInlines: true }),
    ...(values.cut === true && { cut: true }),
  };
}

export function combineOf(values: Values): Pick<ProfileJob, 'base' | 'ofBase' | 'normalize'> {
  const { base = [], normalize } = values;
  const diffBase = values['diff-base'] ?? [];
  if (base.length > 0 && diffBase.length > 0) throw usage('--base and --diff-base are two ways to compare; give one.');
  return {
    base: [...base, ...diffBase],
    ofBase: diffBase.length > 0,
    normalize: normalize === undefined ? 'none' : oneOf('normalize', normalize, NORMALIZE),
  };
}

export function outputOf(values: Values): ProfileOutput {
  const asked = (
    [
      ['json', values.json],
      ['top', values.top],
      ['tags', values.tags],
      ['split', values.split],
      ['folded', values.folded],
    ] as const
  )
    .filter(([, yes]) => yes === true)
    .map(([as]): ProfileOutput => ({ as }));
  if (values.peek !== undefined) asked.push({ as: 'peek', match: values.peek });
  if (values.proto !== undefined) asked.push({ as: 'proto', file: values.proto });
  // JSON is a form of some other outputs.
  const [first = { as: 'table' }, second] = asked;
  if (second) throw usage(`--${first.as} and --${second.as} are two outputs; give one.`);
  return first;
}

function oneOf<T extends string>(option: string, text: string, of: readonly T[]): T {
  const found = of.find((o) => o === text);
  if (found === undefined) throw usage(`--${option} takes ${of.join(', ')}, not "${text}".`);
  return found;
}
