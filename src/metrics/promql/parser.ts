/** Reads a query into a tree and checks its types, as promql/parser/generated_parser.y and parse.go do. */
import type { MatchOp, Matcher } from '../types';
import { COMPARE, SET_OPS, type AggregateOp, type BinaryOp, type Expr, type Matching, type SelectorExpr } from './ast';
import { check, typeOf } from './check';
import { tokens, type Token } from './lexer';
import { matcher } from './match';
import { syntax } from './problem';
import { SIGNATURES } from './signatures';

/**
 * Deeper trees are refused, since parsing and evaluating call themselves once per level. No query of a person comes
 * near.
 */
const MAX_DEPTH = 150;

/** How strongly an operator binds; "^" alone groups from the right. */
const BINDS: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};
const UNARY = 5;

const AGGREGATES: ReadonlySet<string> = new Set<AggregateOp>([
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
]);
const WITH_PARAM: ReadonlySet<string> = new Set<AggregateOp>(['topk', 'bottomk', 'quantile']);
const MATCH_OPS: ReadonlySet<string> = new Set<MatchOp>(['=', '!=', '=~', '!~']);

/**
 * The tree of a query.
 * @throws Problem `metrics.promql`: what was expected at which column, and which part of PromQL is understood
 */
export function parsePromql(text: string): Expr {
  const parser = new Parser(text);
  return parser.all();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  /** Levels below each node, so that long chains such as 1+1+… are bounded, too. */
  readonly #height = new WeakMap<Expr, number>();

  constructor(readonly text: string) {
    this.#tokens = tokens(text);
  }

  all(): Expr {
    if (this.#peek().kind === 'end') throw syntax(this.text, 0, 'there is no query');
    const expr = this.#expression(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw this.#expected(rest, 'an operator or the end');
    return expr;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? (this.#tokens[this.#tokens.length - 1] as Token);
  }
  #take(): Token {
    const t = this.#peek();
    this.#next++;
    return t;
  }
  #is(text: string): boolean {
    const t = this.#peek();
    return t.kind === 'op' && t.text === text;
  }
  #word(): string {
    const t = this.#peek();
    return t.kind === 'name' ? t.text.toLowerCase() : '';
  }
  #accept(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#next++;
    return true;
  }
  #expect(text: string, where: string): Token {
    if (!this.#is(text)) throw this.#expected(this.#peek(), `"${text}" ${where}`);
    return this.#take();
  }

  #expected(t: Token, what: string): Error {
    const found =
      t.kind === 'end'
        ? 'it ends'
        : `found ${t.kind === 'string' ? JSON.stringify(t.text) : `"${this.text.slice(t.at, t.end)}"`}`;
    return syntax(this.text, t.at, `expected ${what}, ${found}`);
  }

  #keep<E extends Expr>(expr: E, ...below: readonly Expr[]): E {
    const height = 1 + Math.max(0, ...below.map((e) => this.#height.get(e) ?? 0));
    if (height > MAX_DEPTH) throw syntax(this.text, expr.at, `more than ${MAX_DEPTH} expressions are nested there`);
    this.#height.set(expr, height);
    check(expr, this.text);
    return expr;
  }

  #expression(least: number): Expr {
    if (++this.#depth > MAX_DEPTH)
      throw syntax(this.text, this.#peek().at, `more than ${MAX_DEPTH} expressions are nested there`);
    let left = this.#unary();
    for (;;) {
      const t = this.#peek();
      const op = t.kind === 'op' ? t.text : this.#word();
      const binds = Object.hasOwn(BINDS, op) ? (BINDS[op] ?? 0) : 0;
      if (binds === 0 || binds < least) break;
      this.#next++;
      const bool = this.#word() === 'bool' && this.#take() !== undefined;
      if (bool && !COMPARE.has(op))
        throw syntax(this.text, t.at, `"bool" stands only behind a comparison, not behind "${op}"`);
      const matching = this.#matching(SET_OPS.has(op));
      const right = this.#expression(op === '^' ? binds : binds + 1);
      left = this.#keep(
        { kind: 'binary', at: left.at, op: op as BinaryOp, left, right, bool, matching: matching ?? NO_MATCHING },
        left,
        right,
      );
      if (matching && !(typeOf(left.left) === 'vector' && typeOf(left.right) === 'vector'))
        throw syntax(this.text, t.at, 'labels are matched only between two vectors');
    }
    this.#depth--;
    return left;
  }

  #unary(): Expr {
    const t = this.#peek();
    if (!this.#is('-') && !this.#is('+')) return this.#postfix();
    this.#next++;
    // -2^2 is -(2^2), -a*b is (-a)*b.
    const of = this.#expression(UNARY + 1);
    if (t.text === '+') return of;
    if (of.kind === 'number') return this.#keep({ kind: 'number', at: t.at, value: -of.value });
    return this.#keep({ kind: 'negate', at: t.at, of }, of);
  }

  #matching(isSet: boolean): Matching | undefined {
    const word = this.#word();
    if (word !== 'on' && word !== 'ignoring') return undefined;
    this.#next++;
    const labels = this.#labelNames();
    const group = this.#word();
    if (group !== 'group_left' && group !== 'group_right')
      return { on: word === 'on', labels, many: undefined, include: [] };
    const at = this.#take().at;
    if (isSet) throw syntax(this.text, at, '"and", "or" and "unless" take no grouping');
    const include = this.#is('(') ? this.#labelNames() : [];
    const both = word === 'on' ? include.find((l) => labels.includes(l)) : undefined;
    if (both !== undefined)
      throw syntax(this.text, at, `the label "${both}" cannot stand in "on" and in "${group}" at once`);
    return { on: word === 'on', labels, many: group === 'group_left' ? 'left' : 'right', include };
  }

  #labelNames(): string[] {
    this.#expect('(', 'before label names');
    const names: string[] = [];
    while (!this.#is(')')) {
      const t = this.#take();
      if (t.kind !== 'name' && t.kind !== 'string') throw this.#expected(t, 'a label name');
      names.push(t.text);
      if (!this.#is(')')) this.#expect(',', 'or ")" behind a label name');
    }
    this.#next++;
    return names;
  }

  /** A primary with its range and offset. */
  #postfix(): Expr {
    let expr = this.#primary();
    for (;;) {
      if (this.#is('[')) {
        const at = this.#take().at;
        if (expr.kind !== 'selector' || expr.range !== undefined)
          throw syntax(
            this.text,
            at,
            'a range such as [5m] stands only behind a selector (there are no subqueries here)',
          );
        if (expr.offset !== 0) throw syntax(this.text, at, 'the range stands before the offset');
        const range = this.#duration('a duration such as 5m');
        if (!(range > 0)) throw syntax(this.text, at, 'the range must be longer than nothing');
        if (this.#peek().text.startsWith(':')) throw syntax(this.text, this.#peek().at, 'there are no subqueries here');
        this.#expect(']', 'behind the range');
        expr = this.#keep({ ...expr, range });
      } else if (this.#word() === 'offset') {
        const at = this.#take().at;
        const sign = this.#accept('-') ? -1 : (this.#accept('+'), 1);
        const offset = sign * this.#duration('a duration behind "offset"');
        if (expr.kind !== 'selector') throw syntax(this.text, at, '"offset" stands only behind a selector');
        if (expr.offset !== 0) throw syntax(this.text, at, '"offset" is there twice');
        expr = this.#keep({ ...expr, offset });
      } else if (this.#is('@')) {
        throw syntax(this.text, this.#peek().at, 'the "@" modifier is not understood here');
      } else return expr;
    }
  }

  #duration(what: string): number {
    const t = this.#take();
    if (t.kind === 'duration') return t.value;
    if (t.kind === 'number') return Math.round(t.value * 1000);
    throw this.#expected(t, what);
  }

  #primary(): Expr {
    const t = this.#take();
    switch (t.kind) {
      case 'number':
        return this.#keep({ kind: 'number', at: t.at, value: t.value });
      // Prometheus 3 takes a duration as a number of seconds.
      case 'duration':
        return this.#keep({ kind: 'number', at: t.at, value: t.value / 1000 });
      case 'string':
        return this.#keep({ kind: 'string', at: t.at, value: t.text });
      case 'name':
        return this.#named(t);
      case 'op':
        break;
      case 'end':
        throw this.#expected(t, 'an expression');
    }
    if (t.text === '(') {
      const inner = this.#expression(0);
      this.#expect(')', 'that closes the bracket');
      return inner;
    }
    if (t.text === '{') {
      this.#next--;
      return this.#selector(t.at, undefined);
    }
    throw this.#expected(t, 'an expression');
  }

  #named(t: Token): Expr {
    const word = t.text.toLowerCase();
    const next = this.#word();
    if (AGGREGATES.has(word) && (this.#is('(') || next === 'by' || next === 'without'))
      return this.#aggregate(t, word as AggregateOp);
    if (this.#is('(')) return this.#call(t);
    if (word === 'inf' || word === 'nan')
      return this.#keep({ kind: 'number', at: t.at, value: word === 'inf' ? Infinity : NaN });
    return this.#selector(t.at, t.text);
  }

  #call(t: Token): Expr {
    if (!SIGNATURES.has(t.text)) throw syntax(this.text, t.at, `the function "${t.text}" is not known here`);
    const args = this.#arguments();
    return this.#keep({ kind: 'call', at: t.at, name: t.text, args }, ...args);
  }

  #arguments(): Expr[] {
    this.#expect('(', 'before arguments');
    const args: Expr[] = [];
    if (this.#accept(')')) return args;
    do args.push(this.#expression(0));
    while (this.#accept(','));
    this.#expect(')', 'or "," behind an argument');
    return args;
  }

  #aggregate(t: Token, op: AggregateOp): Expr {
    const before = this.#grouping();
    const args = this.#arguments();
    const { without, labels } = before ?? this.#grouping() ?? { without: false, labels: [] };
    const wanted = WITH_PARAM.has(op) ? 2 : 1;
    const of = args[wanted - 1];
    if (args.length !== wanted || of === undefined)
      throw syntax(
        this.text,
        t.at,
        `"${op}" takes ${wanted === 1 ? 'one argument' : 'two arguments'}, not ${args.length}`,
      );
    return this.#keep(
      { kind: 'aggregate', at: t.at, op, param: wanted === 2 ? args[0] : undefined, of, without, labels },
      ...args,
    );
  }

  #grouping(): { without: boolean; labels: string[] } | undefined {
    const word = this.#word();
    if (word !== 'by' && word !== 'without') return undefined;
    this.#next++;
    return { without: word === 'without', labels: this.#labelNames() };
  }

  #selector(at: number, name: string | undefined): SelectorExpr {
    const matchers: Matcher[] = name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
    let named = name !== undefined;
    if (this.#accept('{')) {
      while (!this.#accept('}')) {
        const label = this.#take();
        if (label.kind !== 'name' && label.kind !== 'string') throw this.#expected(label, 'a label name');
        const op = this.#peek();
        if (label.kind === 'string' && !(op.kind === 'op' && MATCH_OPS.has(op.text))) {
          // A metric's name in quotes: {"a.name", x="y"}.
          if (named) throw syntax(this.text, label.at, 'the name of the metric is there twice');
          named = true;
          matchers.push({ label: '__name__', op: '=', value: label.text });
        } else matchers.push(this.#matcher(label, op));
        if (!this.#is('}')) this.#expect(',', 'or "}" behind a matcher');
      }
    }
    if (matchers.every((m) => matcher(m)('')))
      throw syntax(this.text, at, 'a selector needs a name or at least one label that is not empty');
    return this.#keep({ kind: 'selector', at, matchers, range: undefined, offset: 0 });
  }

  #matcher(label: Token, op: Token): Matcher {
    if (op.kind !== 'op' || !MATCH_OPS.has(op.text)) throw this.#expected(op, '=, !=, =~ or !~ behind a label');
    this.#next++;
    const value = this.#take();
    if (value.kind !== 'string') throw this.#expected(value, 'a value in quotes');
    return { label: label.text, op: op.text as MatchOp, value: value.text };
  }
}

const NO_MATCHING: Matching = { on: false, labels: [], many: undefined, include: [] };
