/** Flags in the `args` and `command` of a container, or in a chart's `extraArgs` list. */
import type { Edit } from '../../types';
import type { At } from '../documents';
import { addItems, addPairs, joined, piece, replaceScalar, step } from '../edits';
import type { Knob } from '../types';
import type { Change, Form, Stated } from './form';

const FLAG = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/;
const SHELL = /(^|\/)(sh|bash|ash|dash|zsh)$/;

export class Flags implements Form {
  /** `holder` is the map with `args`, and `command` if it has one; `list` the key that new flags go under. */
  constructor(
    private readonly holder: At,
    private readonly list = 'args',
  ) {}

  get source() {
    return this.holder.source;
  }

  get #args(): At | undefined {
    return this.holder.get(this.list);
  }
  get #command(): At | undefined {
    return this.holder.get('command');
  }

  label(knob: Knob): string | undefined {
    return knob.flags?.[0] === undefined ? undefined : `--${knob.flags[0]}`;
  }

  stated(knob: Knob): Stated | undefined {
    const flags = knob.flags ?? [];
    let found: Stated | undefined;
    let count = 0;
    for (const list of [this.#command, this.#args]) {
      const items = list?.items() ?? [];
      for (let i = 0; i < items.length; i++) {
        const item = items[i];
        const match = item === undefined ? null : FLAG.exec(raw(item) ?? '');
        if (item === undefined || match === null || !flags.includes((match[1] ?? '').replaceAll('_', '-'))) continue;
        count++;
        const next = items[i + 1];
        const nextText = next === undefined ? undefined : raw(next);
        const isBool = knob.default === 'true' || knob.default === 'false';
        // `--flag value` in two items, but for switches, which take no value of their own.
        if (
          match[2] === undefined &&
          !isBool &&
          next !== undefined &&
          nextText !== undefined &&
          !nextText.startsWith('-')
        ) {
          found = {
            value: next.text,
            span: { start: item.span.start, end: next.span.end },
            twice: false,
            edit: (value, stop) => replaceScalar(next, piece(value, stop), 0, true),
          };
        } else {
          const at = (raw(item) ?? '').indexOf('=') + 1;
          found = {
            value: item.text === undefined ? undefined : (match[2] ?? (isBool ? 'true' : undefined)),
            span: item.span,
            twice: false,
            edit: (value, stop) => {
              if (at > 0) return replaceScalar(item, piece(value, stop), at);
              const text = raw(item) ?? '';
              return isBool ? replaceScalar(item, joined('=', piece(value, stop)), text.length) : undefined;
            },
          };
        }
      }
    }
    return found === undefined ? undefined : { ...found, twice: count > 1 };
  }

  mayHideSettings(): boolean {
    return (
      this.#args?.own === false ||
      this.#command?.own === false ||
      this.#shell ||
      this.source.templates.length > 0 ||
      [this.#command, this.#args].some((l) => l !== undefined && l.seq === undefined && !l.isNull)
    );
  }

  get #shell(): boolean {
    const first = (this.#command ?? this.#args)?.items()[0];
    return first !== undefined && SHELL.test(raw(first) ?? '');
  }

  add(changes: readonly Change[]): Edit[] | undefined {
    if (this.mayHideSettings()) return undefined;
    const texts = changes.map((c) => joined(`--${c.knob.flags?.[0] ?? ''}=`, piece(c.value, c.stop)));
    const args = this.#args;
    const command = this.#command;
    const list =
      args?.seq !== undefined && args.seq.items.length > 0
        ? args
        : command?.items().some((i) => FLAG.test(raw(i) ?? ''))
          ? command
          : undefined;
    if (list !== undefined) {
      const flags = list.items().filter((i) => FLAG.test(raw(i) ?? ''));
      // What ends the flags, or takes the next word: nothing may be put behind it.
      const last = list.items().at(-1);
      const lastText = last === undefined ? undefined : raw(last);
      if (list.items().some((i) => raw(i) === '--') || lastText === undefined) return undefined;
      // Of a needed quote: `--a=b` needs none, but a text with `: ` or ` #` would.
      return addItems(list, (quote) => texts.map((t) => joined(quote, t, quote)), flags.at(-1));
    }
    if (args?.seq?.flow === true) return addItems(args, () => texts.map((t) => joined('"', t, '"')));
    if (args !== undefined) return undefined;
    const image = this.holder.get('image') ?? this.holder.get('name');
    const key = image?.key?.value;
    if (typeof key !== 'string') return undefined;
    const lines = joined(...texts.flatMap((t) => [`\n${step(this.holder)}- `, t]));
    return addPairs(this.holder, [{ key: this.list, value: lines }], command === undefined ? key : 'command');
  }
}

/** The text with templates in it, to tell which flag it is. */
function raw(at: At): string | undefined {
  const value = at.scalar?.value;
  return typeof value === 'string' ? value : undefined;
}
