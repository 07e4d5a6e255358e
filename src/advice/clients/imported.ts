/** A configuration that a function returns to callers in other packages. */
import type { Func, GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import type { Module } from '../modules/types';
import { below } from '../paths';
import { overridable } from './effective';
import { States, type Field, type State } from './state';
import type { ImportedLimit, ImportedConfig } from './types';
import { position } from '../text';

/**
 * What a function of this package returns to those who call it from other packages; undefined when it can't be
 * followed.
 */
export function configReturnedBy(
  own: { readonly file: GoFile; readonly func: Func },
  pkg: GoPackage,
  module: Module,
): ImportedConfig | undefined {
  const states = new States(pkg, module);
  const given = states.tracer.returnedBy(own).flatMap((ref) => {
    const at = ref.anchors.at(-1);
    return at === undefined
      ? []
      : [{ kind: ref.origin.kind, state: states.at({ file: at.file, func: at.func, node: at.node, ref }) }];
  });
  const [first] = given;
  if (first === undefined || given.some((g) => g.kind !== first.kind || g.state.limiter.set !== false))
    return undefined;
  const field = (of: (s: State) => Field): ImportedLimit => {
    const known = of(first.state);
    const where =
      known.by === undefined
        ? known.importedFrom
        : `${below(module.dir, known.by.file.path)}, line ` +
          `${position(known.by.file.text, known.by.statement.startIndex).line}${overridable(known.by)}`;
    return {
      number: given.every((g) => of(g.state).number === known.number) ? known.number : undefined,
      origin: known.origin,
      where,
    };
  };
  const result = own.func.node.childForFieldName('result');
  return {
    kind: first.kind,
    fails: /,\s*(\w+\s+)?error\s*\)$/.test(result?.text ?? ''),
    qps: field((s) => s.qps),
    burst: field((s) => s.burst),
  };
}
