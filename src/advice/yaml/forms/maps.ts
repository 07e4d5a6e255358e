/**
 * Settings as keys of a map: a ConfigMap's data, kubeadm's extraArgs in both forms, a component's own configuration
 * file.
 */
import type { Edit } from '../../types';
import type { At } from '../documents';
import { addItems, addPairs, fillEmpty, joined, piece, replaceScalar, step, type Piece } from '../edits';
import type { Knob } from '../types';
import type { Change, Form, Stated } from './form';

/** How values are written: `strings` are quoted, `numbers` plain, `siblings` as the others in the map. */
export type Style = 'strings' | 'numbers' | 'siblings';

/** `key: value`, where keys are one name each. `holder` with `key` is where the map is, or is to be. */
export class Keys implements Form {
  constructor(
    private readonly holder: At,
    private readonly key: string,
    private readonly name: (knob: Knob) => string | undefined,
    private readonly style: Style,
  ) {}

  get source() {
    return this.holder.source;
  }
  get #map(): At | undefined {
    return this.holder.get(this.key);
  }

  label(knob: Knob): string | undefined {
    return this.name(knob);
  }

  stated(knob: Knob): Stated | undefined {
    const name = this.name(knob);
    const at = name === undefined ? undefined : this.#map?.get(name);
    if (at === undefined || (at.isNull && this.source.templates.length === 0)) return undefined;
    return {
      value: at.text,
      span: at.whole,
      twice: at.twice,
      edit: (value, stop) => replaceScalar(at, piece(value, stop), 0, this.style === 'strings'),
    };
  }

  mayHideSettings(): boolean {
    return (
      this.source.templates.length > 0 ||
      this.#map?.merges === true ||
      this.#map?.own === false ||
      (this.#map !== undefined && this.#map.map === undefined && !this.#map.isNull)
    );
  }

  add(changes: readonly Change[]): Edit[] | undefined {
    if (this.mayHideSettings()) return undefined;
    const map = this.#map;
    const sample = map
      ?.entries()
      .map(([, at]) => at.scalar?.type)
      .findLast((t) => t === 'QUOTE_DOUBLE' || t === 'QUOTE_SINGLE' || t === 'PLAIN');
    const quote =
      this.style === 'numbers' || (this.style === 'siblings' && sample === 'PLAIN')
        ? ''
        : sample === 'QUOTE_SINGLE'
          ? "'"
          : '"';
    const value = (c: Change): Piece => joined(quote, piece(c.value, c.stop), quote);
    const name = (c: Change): string => this.name(c.knob) ?? '';
    if (map?.map !== undefined && map.map.items.length > 0) {
      // Burst goes behind QPS, where that stands.
      const after = changes.map((c) => partner(name(c))).find((n) => n !== undefined && map.get(n) !== undefined);
      return addPairs(
        map,
        changes.map((c) => ({ key: name(c), value: value(c) })),
        after,
      );
    }
    const lines = (indent: string, first = ''): Piece =>
      joined(...changes.flatMap((c, i) => [`${i === 0 ? first : this.source.lineEnd}${indent}${name(c)}: `, value(c)]));
    if (map !== undefined)
      return map.map?.flow === true
        ? addPairs(
            map,
            changes.map((c) => ({ key: name(c), value: value(c) })),
          )
        : fillEmpty(map, this.holder, (indent) => lines(indent));
    const s = step(this.holder);
    return addPairs(this.holder, [
      { key: this.key, value: joined(...changes.flatMap((c) => [`\n${s}${name(c)}: `, value(c)])) },
    ]);
  }
}

/** kubeadm's `extraArgs` from v1beta4 on: a list of `name` and `value`. */
export class NamedValues implements Form {
  constructor(
    private readonly holder: At,
    private readonly key: string,
  ) {}

  get source() {
    return this.holder.source;
  }
  get #list(): At | undefined {
    return this.holder.get(this.key);
  }

  label(knob: Knob): string | undefined {
    return knob.flags?.[0];
  }

  stated(knob: Knob): Stated | undefined {
    const all = this.#list?.items().filter((i) => (knob.flags ?? []).includes(i.get('name')?.text ?? '')) ?? [];
    const item = all.at(-1);
    if (item === undefined) return undefined;
    const value = item.get('value');
    return {
      value: value?.text,
      span: item.span,
      twice: all.length > 1,
      edit: (text, stop) => (value === undefined ? undefined : replaceScalar(value, piece(text, stop), 0, true)),
    };
  }

  mayHideSettings(): boolean {
    return (
      this.source.templates.length > 0 ||
      this.#list?.own === false ||
      (this.#list !== undefined && this.#list.seq === undefined && !this.#list.isNull)
    );
  }

  add(changes: readonly Change[]): Edit[] | undefined {
    if (this.mayHideSettings()) return undefined;
    const list = this.#list;
    const item = (c: Change): Piece =>
      joined(`name: ${c.knob.flags?.[0] ?? ''}\nvalue: "`, piece(c.value, c.stop), '"');
    if (list?.seq?.flow === true)
      return addItems(list, () =>
        changes.map((c) => joined(`{name: ${c.knob.flags?.[0] ?? ''}, value: "`, piece(c.value, c.stop), '"}')),
      );
    if (list?.seq !== undefined && list.seq.items.length > 0) return addItems(list, () => changes.map(item));
    const s = step(this.holder);
    if (list !== undefined)
      return fillEmpty(list, this.holder, (indent) =>
        joined(
          ...changes.flatMap((c, i) => [
            `${i === 0 ? '' : this.source.lineEnd}${indent}- name: ` +
              `${c.knob.flags?.[0] ?? ''}${this.source.lineEnd}${indent}  value: "`,
            piece(c.value, c.stop),
            '"',
          ]),
        ),
      );
    return addPairs(this.holder, [
      {
        key: this.key,
        value: joined(
          ...changes.flatMap((c) => [
            `\n${s}- name: ${c.knob.flags?.[0] ?? ''}\n${s}  value: "`,
            piece(c.value, c.stop),
            '"',
          ]),
        ),
      },
    ]);
  }
}

/** A component's own configuration file: knobs by their path, `clientConnection.qps`. */
export class Config implements Form {
  constructor(private readonly root: At) {}

  get source() {
    return this.root.source;
  }

  label(knob: Knob): string | undefined {
    return knob.config;
  }

  stated(knob: Knob): Stated | undefined {
    const at = knob.config === undefined ? undefined : this.root.path(knob.config, true);
    if (at === undefined || (at.isNull && this.source.templates.length === 0)) return undefined;
    return {
      value:
        at.map === undefined
          ? at.text
          : at
              .entries()
              .map(([k, v]) => `${k}: ${v.text ?? '?'}`)
              .join(', '),
      span: at.whole,
      twice: at.twice,
      edit: (value, stop) => replaceScalar(at, piece(value, stop)),
    };
  }

  mayHideSettings(): boolean {
    return this.source.templates.length > 0 || this.root.merges;
  }

  add(changes: readonly Change[]): Edit[] | undefined {
    if (this.mayHideSettings()) return undefined;
    const groups = new Map<string, Change[]>();
    for (const c of changes) {
      const section = (c.knob.config ?? '').split('.').slice(0, -1).join('.');
      groups.set(section, [...(groups.get(section) ?? []), c]);
    }
    if (groups.size !== 1) return undefined;
    const [section = ''] = groups.keys();
    if (section.includes('.')) return undefined;
    const leaf = (k: Knob): string | undefined => k.config?.split('.').at(-1);
    const write = (c: Change): Piece =>
      /^-?[\d.]+$|^(true|false)$/.test(c.value) ? piece(c.value, c.stop) : joined('"', piece(c.value, c.stop), '"');
    if (section !== '') return new Keys(this.root, section, leaf, 'numbers').add(changes);
    return addPairs(
      this.root,
      changes.map((c) => ({ key: leaf(c.knob) ?? '', value: write(c) })),
    );
  }
}

/** The other name of a pair: the QPS's for a burst's. */
function partner(name: string): string | undefined {
  const other = name.replace(/burst$/, 'qps').replace(/Burst$/, 'QPS');
  return other === name ? undefined : other;
}
