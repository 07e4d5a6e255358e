/** What was found, as a sentence with its numbers. */
import { count, digits } from '../base/format';
import type { Finding, KindInfo } from './types';

/** "Paint", or with its group where another kind has that name. */
export function kindName(kind: KindInfo, all: readonly KindInfo[]): string {
  return all.some((k) => k.kind === kind.kind && k.group !== kind.group) && kind.group !== ''
    ? `${kind.kind}.${kind.group}`
    : kind.kind;
}

/**
 * `red and blue rewrite spec.color of 20 Paints, 14 times a second: "red" against "blue".` Names stand between
 * backticks.
 */
export function sentence({ what, kind, managers, path, objects, example, perSecond, values }: Finding): string {
  const names = managers.map((m) => `\`${m}\``).join(' and ');
  const where =
    objects === 1 ? `${kind.kind} ${example.replace(/^\//, '')}` : count(objects, kind.kind, plural(kind.kind));
  const pace = paceText(perSecond);
  const [a, b] = values;
  const both = a !== undefined && b !== undefined;
  switch (what) {
    case 'fight':
      return (
        `${names} rewrite \`${path}\` of ${where}, ${pace}` +
        (both ? `: ${a || 'nothing'} against ${b || 'nothing'}.` : '.')
      );
    case 'self':
      return (
        `${names} undoes its own change of \`${path}\` of ${where}, ${pace}` +
        (both ? `: ${a || 'nothing'}, then ${b || 'nothing'} again.` : '.')
      );
    case 'stamp':
      return `${names} writes the time into \`${path}\` of ${where} and changes nothing else, ${pace}.`;
    case 'noop':
      return path === ''
        ? `${names} updates ${where} and changes nothing, ${pace}.`
        : `${names} updates the status of ${where} and changes nothing but the time in \`${path}\`, ${pace}.`;
  }
}

/** What to do about it. */
export function advice({ what, managers, path }: Finding): string {
  switch (what) {
    case 'fight':
      return (
        `Let only one of ${managers.join(' and ')} set ${path}: take it out of the other's reconcile, ` +
        "or leave it to the field's owner by server-side apply."
      );
    case 'self':
      return (
        `Two processes may write as ${managers[0] ?? ''}, or one has two reconcilers that disagree: ` +
        `compare what each writes to ${path}.`
      );
    case 'stamp':
      return (
        'Every such write is an event that starts the next reconcile. ' +
        `Write ${path} only together with a real change, or not at all.`
      );
    case 'noop':
      return (
        'Compare the status before updating it (equality.Semantic.DeepEqual), and set a time only when the state ' +
        'beside it changes.'
      );
  }
}

/** "14 times a second", "once a minute". */
function paceText(perSecond: number): string {
  const n =
    perSecond >= 0.95 ? digits(Number(perSecond.toPrecision(2))) : String(Math.max(1, Math.round(perSecond * 60)));
  return `${n === '1' ? 'once' : `${n} times`} a ${perSecond >= 0.95 ? 'second' : 'minute'}`;
}

function plural(kind: string): string {
  return /(s|x|ch|sh)$/.test(kind) ? `${kind}es` : /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
