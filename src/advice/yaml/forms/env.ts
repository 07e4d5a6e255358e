/** Environment variables of a container. */
import type { Edit } from '../../types';
import type { At } from '../documents';
import { addItems, addPairs, joined, piece, replaceScalar, step, type Piece } from '../edits';
import type { Knob } from '../types';
import type { Change, Form, Stated } from './form';

export class Env implements Form {
  constructor(
    private readonly container: At,
    private readonly list = 'env',
  ) {}

  get source() {
    return this.container.source;
  }

  label(knob: Knob): string | undefined {
    return knob.env;
  }

  stated(knob: Knob): Stated | undefined {
    if (knob.env === undefined) return undefined;
    const all =
      this.container
        .get(this.list)
        ?.items()
        .filter((i) => i.get('name')?.text === knob.env) ?? [];
    const item = all.at(-1);
    if (item === undefined) return undefined;
    const value = item.get('value');
    return {
      value: value?.text,
      span: item.span,
      twice: all.length > 1 || value?.twice === true,
      edit: (text, stop) => (value === undefined ? undefined : replaceScalar(value, piece(text, stop), 0, true)),
    };
  }

  mayHideSettings(): boolean {
    const env = this.container.get(this.list);
    return (
      this.source.templates.length > 0 ||
      this.container.get('envFrom') !== undefined ||
      env?.own === false ||
      (env !== undefined && env.seq === undefined && !env.isNull)
    );
  }

  add(changes: readonly Change[]): Edit[] | undefined {
    if (this.mayHideSettings()) return undefined;
    const item = (c: Change): Piece => joined(`name: ${c.knob.env ?? ''}\nvalue: "`, piece(c.value, c.stop), '"');
    const env = this.container.get(this.list);
    if (env?.seq?.flow === true)
      return addItems(env, () =>
        changes.map((c) => joined(`{name: ${c.knob.env ?? ''}, value: "`, piece(c.value, c.stop), '"}')),
      );
    if (env?.seq !== undefined && env.seq.items.length > 0) return addItems(env, () => changes.map(item));
    if (env !== undefined) return undefined;
    const s = step(this.container);
    const lines = joined(
      ...changes.flatMap((c) => [`\n${s}- name: ${c.knob.env ?? ''}\n${s}  value: "`, piece(c.value, c.stop), '"']),
    );
    const after = ['args', 'command', 'image'].find((k) => this.container.get(k) !== undefined);
    return addPairs(this.container, [{ key: this.list, value: lines }], after);
  }
}
