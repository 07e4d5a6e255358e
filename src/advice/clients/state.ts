/** What is set on a configuration when a place of the program is reached. */
import { functionAround, reaches, type Reach } from '../go/flow';
import { all, bare, enclosing, parts, type Node } from '../go/grammar';
import type { GoFile } from '../go/file';
import type { GoPackage } from '../go/package';
import type { Module } from '../modules/types';
import { valueOf, type Value } from '../go/values';
import { builtBy, passesOn, leavesAlone, originOf, type Built } from './calls';
import { ConfigTracer, type Anchor, type Ref, type Origin } from './origins';
import type { ImportedLimit, LimitField, SetAt } from './types';

/** A field as it is known: 0 when nothing set it. `number` undefined: set to what can't be known. */
export interface Field {
  readonly number: number | undefined;
  readonly by: SetAt | undefined;
  /** Set by what made it: GetConfig, envtest. */
  readonly origin: boolean;
  /** Set in another package: the words for the place. */
  readonly importedFrom?: string | undefined;
}
export interface State {
  readonly qps: Field;
  readonly burst: Field;
  readonly limiter: { readonly set: boolean | undefined; readonly by: SetAt | undefined };
}

export interface SetEvent {
  readonly kind: 'set';
  readonly file: GoFile;
  readonly func: Node;
  readonly node: Node;
  readonly refs: readonly Ref[];
  readonly field: LimitField;
  readonly value: Node;
  /** `*=` and the like. */
  readonly compound: boolean;
}
export interface EscapeEvent {
  readonly kind: 'escape';
  readonly file: GoFile;
  readonly func: Node;
  readonly node: Node;
  readonly refs: readonly Ref[];
}
export interface UseEvent {
  readonly file: GoFile;
  readonly func: Node;
  readonly node: Node;
  readonly refs: readonly Ref[];
  readonly built: Built;
}

const FIELDS = /^(QPS|Burst|RateLimiter)$/;
/** A condition on a field that depends on a condition …: an end for what would go in circles. */
const DEPTH = 4;

/** Another place, seen through one reference. */
export interface Place {
  readonly file: GoFile;
  readonly func: Node;
  readonly node: Node;
  readonly ref: Ref;
}

export class States {
  readonly tracer: ConfigTracer;
  readonly sets: SetEvent[] = [];
  readonly escapes: EscapeEvent[] = [];
  readonly uses: UseEvent[] = [];

  constructor(
    readonly pkg: GoPackage,
    readonly module: Module,
  ) {
    const files = pkg.files.filter((f) => !f.isTest);
    this.tracer = new ConfigTracer(pkg, files);
    // Whatever makes a configuration or hands it on has the word in its name: GetConfig, InClusterConfig, rest.Config,
    // ClientConfig().
    if (!files.some((f) => f.text.includes('Config'))) return;
    for (const file of files) {
      for (const call of file.calls) {
        if (
          originOf(call) !== undefined ||
          passesOn(call) !== undefined ||
          (call.name === 'GetConfig' && call.on !== undefined)
        )
          this.tracer.refs(call.node, file);
        const built = builtBy(call);
        const place = { file, func: functionAround(file, call.node), node: call.node };
        if (built !== undefined) {
          const argument = call.args[built.arg];
          const refs = argument === undefined ? [] : this.tracer.refs(argument, file);
          if (refs.length > 0) this.uses.push({ ...place, refs, built });
        } else if (passesOn(call) === undefined && !leavesAlone(call) && !this.#own(file, call.node)) {
          const refs = call.args
            .filter((a) => /^(identifier|unary_expression|selector_expression)$/.test(a.type))
            .flatMap((a) => this.tracer.refs(a, file));
          if (refs.length > 0) this.escapes.push({ kind: 'escape', ...place, refs });
        }
      }
      for (const literal of file.literals) if (literal.name === 'Config') this.tracer.refs(literal.node, file);
      if (/\.(QPS|Burst|RateLimiter)\b/.test(file.text))
        for (const statement of all(file.root, 'assignment_statement')) this.#assignment(statement, file);
    }
  }

  /** A function of the package whose body is followed on its own. */
  #own(file: GoFile, node: Node): boolean {
    const call = file.call(node);
    return call.pkg === '' ? this.pkg.func(call.name) !== undefined : false;
  }

  #assignment(statement: Node, file: GoFile): void {
    const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
    if (left === null || right === null) return;
    const [names, values] = [parts(left), parts(right)];
    const compound = statement.childForFieldName('operator')?.text !== '=';
    names.forEach((name, i) => {
      const place = { file, func: functionAround(file, statement), node: statement };
      // *cfg = … replaces all of it.
      if (name.type === 'unary_expression') {
        const refs = this.tracer.refs(name.childForFieldName('operand') ?? name, file);
        if (refs.length > 0) this.escapes.push({ kind: 'escape', ...place, refs });
        return;
      }
      const field = name.type === 'selector_expression' ? (name.childForFieldName('field')?.text ?? '') : '';
      const operand = name.childForFieldName('operand');
      if (!FIELDS.test(field) || operand === null) return;
      const refs = this.tracer.refs(operand, file);
      const value = values[names.length === values.length ? i : 0];
      if (refs.length > 0 && value !== undefined)
        this.sets.push({
          kind: 'set',
          ...place,
          refs,
          field: field as LimitField,
          value,
          compound: compound || names.length !== values.length,
        });
    });
  }

  /**
   * Whether `event` has happened to the configuration when `place` is reached; undefined when the two share no
   * function.
   */
  happened(
    event: { file: GoFile; func: Node; node: Node; refs: readonly Ref[] },
    place: Place,
    origin: Origin,
    depth: number,
  ): Reach {
    let best: Reach = 'never';
    for (const ref of event.refs) {
      if (ref.origin !== origin) continue;
      const reach = this.#between(
        [{ file: event.file, func: event.func, node: event.node }, ...ref.anchors],
        [{ file: place.file, func: place.func, node: place.node }, ...place.ref.anchors],
        ref.shared || place.ref.shared,
        origin,
        depth,
      );
      if (reach === 'always') return 'always';
      if (reach === 'maybe') best = 'maybe';
    }
    return best;
  }

  #between(event: readonly Anchor[], place: readonly Anchor[], shared: boolean, origin: Origin, depth: number): Reach {
    const decide = (statement: Node): boolean | undefined => this.#decide(statement, event[0]?.file, depth);
    for (const [i, e] of event.entries()) {
      const p = place.find((a) => a.file === e.file && a.func.id === e.func.id);
      if (p === undefined) continue;
      if (e.node.id === p.node.id || (e.node.startIndex <= p.node.startIndex && p.node.endIndex <= e.node.endIndex))
        return 'never';
      let reach = reaches(e.node, p.node, decide);
      // In a function that is called on the way it must have come to pass as well.
      for (const inner of event.slice(0, i)) {
        const r = atEnd(inner, decide);
        if (r === 'never') return 'never';
        if (r === 'maybe') reach = reach === 'never' ? 'never' : 'maybe';
      }
      return reach;
    }
    if (!shared) return 'never';
    const first = event[0];
    return first !== undefined && first.func.id === origin.func.id ? atEnd(first, decide) : 'maybe';
  }

  /** The state of a configuration where `place` sees it. */
  at(place: Place, depth = DEPTH): State {
    const { origin } = place.ref;
    const base = this.#base(origin, depth);
    let { qps, burst, limiter } = base;
    const events = [...this.sets, ...this.escapes]
      .filter((e) => e.refs.some((r) => r.origin === origin))
      .map((e) => ({ e, reach: this.happened(e, place, origin, depth) }))
      .filter((x) => x.reach !== 'never')
      .sort((a, b) => position(a.e, place) - position(b.e, place) || a.e.node.startIndex - b.e.node.startIndex);
    for (const { e, reach } of events) {
      if (e.kind === 'escape') {
        qps = { ...qps, number: undefined };
        burst = { ...burst, number: undefined };
        limiter = { set: undefined, by: limiter.by };
        continue;
      }
      const set = this.setAt(e, depth);
      if (e.field === 'RateLimiter') {
        const on = set.value.type !== 'nil';
        limiter = { set: reach === 'always' || limiter.set === on ? on : undefined, by: set };
        continue;
      }
      const old = e.field === 'QPS' ? qps : burst;
      const number = reach === 'always' || set.number === old.number ? set.number : undefined;
      const field: Field = { number, by: set, origin: false };
      if (e.field === 'QPS') qps = field;
      else burst = field;
    }
    return { qps, burst, limiter };
  }

  /** What a configuration has from where it was made. */
  #base(origin: Origin, depth: number): State {
    const none: Field = { number: 0, by: undefined, origin: false };
    const unknown: Field = { number: undefined, by: undefined, origin: true };
    const limiter = { set: false as boolean | undefined, by: undefined };
    if (origin.imported !== undefined) {
      const field = ({ number, origin, where }: ImportedLimit): Field => ({
        number,
        by: undefined,
        origin,
        importedFrom: where,
      });
      return { qps: field(origin.imported.qps), burst: field(origin.imported.burst), limiter };
    }
    if (origin.copies !== undefined) {
      const states = origin.copies.map((ref) =>
        this.at({ file: origin.file, func: origin.func, node: origin.node, ref }, depth - 1),
      );
      const [first] = states;
      if (first === undefined || depth <= 0)
        return { qps: unknown, burst: unknown, limiter: { set: undefined, by: undefined } };
      const same = (of: (s: State) => number | undefined): number | undefined =>
        states.every((s) => of(s) === of(first)) ? of(first) : undefined;
      return {
        qps: { ...first.qps, number: same((s) => s.qps.number) },
        burst: { ...first.burst, number: same((s) => s.burst.number) },
        limiter: states.every((s) => s.limiter.set === first.limiter.set)
          ? first.limiter
          : { set: undefined, by: undefined },
      };
    }
    switch (origin.kind) {
      case 'getConfig': {
        const fact = this.module.facts.getConfig?.value;
        return fact === undefined
          ? { qps: unknown, burst: unknown, limiter }
          : {
              qps: { number: fact.qps, by: undefined, origin: true },
              burst: { number: fact.burst ?? 0, by: undefined, origin: fact.burst !== undefined },
              limiter,
            };
      }
      case 'inCluster':
      case 'clientcmd':
        return { qps: none, burst: none, limiter };
      case 'literal':
        return this.#literal(origin, none, depth);
      default:
        return { qps: unknown, burst: unknown, limiter: { set: undefined, by: undefined } };
    }
  }

  #literal(origin: Origin, none: Field, depth: number): State {
    const literal = origin.node.type === 'composite_literal' ? origin.file.literal(origin.node) : undefined;
    const read = (name: LimitField): SetAt | undefined => {
      const field = literal?.fields.get(name);
      return field === undefined
        ? undefined
        : this.setAt(
            { file: origin.file, func: origin.func, node: field.element, value: field.value, compound: false },
            depth,
          );
    };
    const [qps, burst, limiter] = [read('QPS'), read('Burst'), read('RateLimiter')];
    const field = (set: SetAt | undefined): Field =>
      set === undefined ? none : { number: set.number, by: set, origin: false };
    return {
      qps: field(qps),
      burst: field(burst),
      limiter: { set: limiter !== undefined && limiter.value.type !== 'nil', by: limiter },
    };
  }

  /** An assignment with the number that it sets. */
  setAt(e: Pick<SetEvent, 'file' | 'func' | 'node' | 'value' | 'compound'>, depth = DEPTH): SetAt {
    const func = e.file.funcs.find((f) => f.node.id === e.func.id);
    const value = e.compound
      ? undefined
      : valueOf(e.value, e.file, this.pkg, func, (n) => this.#known(n, e.file, e.func, depth - 1));
    const bucket = this.#bucket(e.value, e.file, e.func, depth);
    return {
      file: e.file,
      statement: e.node,
      value: e.value,
      ...(bucket !== undefined && { bucket }),
      number: value?.number,
      from: value?.number === undefined ? 'unknown' : value.from,
      at: value?.number === undefined ? undefined : value.at,
      ...(value?.flag !== undefined && { flag: value.flag }),
      ...(value?.imported === true && { imported: true }),
      ...(value?.importedFrom !== undefined && { importedFrom: value.importedFrom }),
    };
  }

  /** The numbers of `flowcontrol.NewTokenBucketRateLimiter(50, 100)`. */
  #bucket(value: Node, file: GoFile, func: Node, depth: number): SetAt['bucket'] {
    const call = value.type === 'call_expression' ? file.call(value) : undefined;
    if (call?.pkg !== 'k8s.io/client-go/util/flowcontrol') return undefined;
    if (call.name === 'NewFakeAlwaysRateLimiter') return { qps: -1, burst: undefined };
    const owner = file.funcs.find((f) => f.node.id === func.id);
    const [qps, burst] = call.args.map(
      (a) => valueOf(a, file, this.pkg, owner, (n) => this.#known(n, file, func, depth - 1)).number,
    );
    return /^NewTokenBucket(Passive)?RateLimiter$/.test(call.name) &&
      qps !== undefined &&
      qps > 0 &&
      burst !== undefined
      ? { qps, burst }
      : undefined;
  }

  /** `cfg.QPS` read in an expression. */
  #known(node: Node, file: GoFile, func: Node, depth: number): Value | undefined {
    const field = node.type === 'selector_expression' ? node.childForFieldName('field')?.text : undefined;
    const operand = node.childForFieldName('operand');
    if (field === undefined || operand === null || !/^(QPS|Burst)$/.test(field) || depth <= 0) return undefined;
    const refs = this.tracer.refs(operand, file);
    const [first] = refs;
    if (first === undefined) return undefined;
    const numbers = refs.map((ref) => {
      const s = this.at({ file, func, node, ref }, depth);
      return (field === 'QPS' ? s.qps : s.burst).number;
    });
    const number = numbers.every((n) => n === numbers[0]) ? numbers[0] : undefined;
    return {
      number,
      text: undefined,
      from: number === undefined ? 'unknown' : 'set',
      at: { ...file.span(node), file },
      whole: field === 'Burst',
    };
  }

  /** What an `if` decides, when both sides of its comparison are known. */
  #decide(statement: Node, file: GoFile | undefined, depth: number): boolean | undefined {
    const condition = statement.childForFieldName('condition');
    const node = condition === null ? undefined : bare(condition);
    if (file === undefined || node?.type !== 'binary_expression' || depth <= 0) return undefined;
    const [l, r] = [node.childForFieldName('left'), node.childForFieldName('right')];
    if (l === null || r === null) return undefined;
    const func = functionAround(file, statement);
    const read = (n: Node): number | undefined =>
      valueOf(
        n,
        file,
        this.pkg,
        file.funcs.find((f) => f.node.id === func.id),
        (m) => this.#known(m, file, func, depth - 1),
      ).number;
    const [a, b] = [read(l), read(r)];
    if (a === undefined || b === undefined) return undefined;
    switch (node.childForFieldName('operator')?.text) {
      case '==':
        return a === b;
      case '!=':
        return a !== b;
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      case '>=':
        return a >= b;
      default:
        return undefined;
    }
  }
}

/** Where an event stands in the order of a place's function. */
function position(e: { func: Node; file: GoFile; node: Node; refs: readonly Ref[] }, place: Place): number {
  for (const a of [{ func: e.func, file: e.file, node: e.node }, ...e.refs.flatMap((r) => r.anchors)])
    if (a.func.id === place.func.id && a.file === place.file) return a.node.startIndex;
  // What happened in a function that handed the configuration out came first.
  return -1;
}

/** Whether a place of a function has been passed when the function is left in the usual way: at its last return. */
function atEnd(anchor: Anchor, decide: (statement: Node) => boolean | undefined): Reach {
  const body = anchor.func.childForFieldName('body');
  const last =
    body === null
      ? undefined
      : all(body, 'return_statement')
          .filter((r) => enclosing(r, 'func_literal') === undefined)
          .at(-1);
  const list = body === null ? undefined : parts(body).find((n) => n.type === 'statement_list');
  const end =
    last !== undefined && list !== undefined && parts(list).at(-1)?.id === last.id
      ? last
      : list === undefined
        ? undefined
        : parts(list).at(-1);
  return end === undefined
    ? 'maybe'
    : end.startIndex <= anchor.node.startIndex && anchor.node.endIndex <= end.endIndex
      ? reaches(anchor.node, anchor.node, decide)
      : reaches(anchor.node, end, decide);
}
