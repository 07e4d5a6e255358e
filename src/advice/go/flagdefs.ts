/** The flags that a package defines: with flag, pflag, cobra, component-base's flag sets, urfave/cli and kingpin. */
import { addressed } from './flow';
import { all, type Node } from './grammar';
import type { GoFile } from './file';
import type { GoPackage } from './package';

export type FlagLibrary = 'flag' | 'pflag' | 'cobra' | 'urfave/cli' | 'kingpin';

export interface FlagDefinition {
  readonly file: GoFile;
  /** The call or literal that defines it; of kingpin the whole chain. */
  readonly node: Node;
  readonly library: FlagLibrary;
  /** Without dashes; undefined when it is no literal. */
  readonly name: string | undefined;
  /** The variable or field that it is written to: `x` of `&x`. Undefined when the definition's value is the pointer. */
  readonly target: Node | undefined;
  /** The default's expression; of kingpin the string in `Default("…")`. Undefined when none is stated. */
  readonly value: Node | undefined;
  /** What the method is called on: `flag`, `fs`, `cmd.Flags()`. */
  readonly on: Node | undefined;
  /** "IntVar", "Float32", "Float64Flag". */
  readonly method: string;
}

const METHOD = /^(Bool|Int|Int32|Int64|Uint|Uint32|Uint64|Float32|Float64|String|Duration)(Var)?(P)?$/;
const isString = (n: Node | undefined): boolean =>
  n?.type === 'interpreted_string_literal' || n?.type === 'raw_string_literal';
const stringOf = (n: Node | undefined): string | undefined => (isString(n) ? n?.text.slice(1, -1) : undefined);
const PFLAG = 'github.com/spf13/pflag';
const KINGPIN = /(^|\/)kingpin(\.v2|\/v[23])?$/;

const CACHE = new WeakMap<GoPackage, readonly FlagDefinition[]>();

/** In the order of the files and their texts. Test files are left out. */
export function flagDefinitions(pkg: GoPackage): readonly FlagDefinition[] {
  const known = CACHE.get(pkg);
  if (known !== undefined) return known;
  const out = pkg.files
    .filter((f) => !f.isTest)
    .flatMap((file) => [...callsOf(file), ...literalsOf(file)].sort((a, b) => a.node.startIndex - b.node.startIndex));
  CACHE.set(pkg, out);
  return out;
}

function* callsOf(file: GoFile): Generator<FlagDefinition> {
  const kingpin = file.imports.some((i) => KINGPIN.test(i.path));
  for (const call of file.calls) {
    const match = METHOD.exec(call.name);
    if (match === null) continue;
    if (kingpin && !match[3]) {
      const chain = chainOf(file, call.node);
      if (chain !== undefined) {
        yield {
          file,
          node: call.node,
          library: 'kingpin',
          name: chain.name,
          target: match[2] ? target(call.args[0]) : undefined,
          value: chain.value,
          on: chain.on,
          method: call.name,
        };
        continue;
      }
    }
    // XVar(&target, name, [shorthand,] default, usage), X(name, [shorthand,] default, usage)
    const rest = match[2] ? call.args.slice(1) : call.args;
    if (
      rest.length !== (match[3] ? 4 : 3) ||
      (match[2] && call.args[0]?.type !== 'unary_expression' && call.args[0]?.type !== 'identifier')
    )
      continue;
    const library = libraryOf(file, call.pkg, call.on);
    if (library === undefined || (!isString(rest[0]) && !match[2])) continue;
    yield {
      file,
      node: call.node,
      library,
      name: stringOf(rest[0]),
      target: match[2] ? target(call.args[0]) : undefined,
      value: rest[match[3] ? 2 : 1],
      on: call.node.childForFieldName('function')?.childForFieldName('operand') ?? undefined,
      method: call.name,
    };
  }
}

const target = (node: Node | undefined): Node | undefined =>
  node?.type === 'unary_expression' ? addressed(node) : undefined;

function libraryOf(file: GoFile, pkg: string | undefined, on: Node | undefined): FlagLibrary | undefined {
  if (pkg === 'flag') return 'flag';
  if (pkg === PFLAG) return 'pflag';
  if (pkg !== undefined) return undefined;
  if (on === undefined) return undefined;
  if (/\.(Persistent|Local)?Flags\(\)$/.test(on.text)) return 'cobra';
  if (on.type === 'selector_expression' && /^(flag|pflag)\.CommandLine$/.test(on.text))
    return file.named.get(on.text.split('.')[0] ?? '')?.path === PFLAG ? 'pflag' : 'flag';
  // A flag set: pflag's where the file imports it, for component-base's named sets are of that kind.
  if (file.imports.some((i) => i.path === PFLAG || i.path === 'k8s.io/component-base/cli/flag')) return 'pflag';
  if (file.imports.some((i) => i.path === 'flag')) return 'flag';
  return file.imports.some((i) => i.path === 'github.com/spf13/cobra') ? 'cobra' : undefined;
}

/** `kingpin.Flag("name", "help").Default("5").Int()`, from its last call. */
function chainOf(
  file: GoFile,
  last: Node,
): { name: string | undefined; value: Node | undefined; on: Node | undefined } | undefined {
  let value: Node | undefined;
  for (
    let n: Node | null = last.childForFieldName('function')?.childForFieldName('operand') ?? null;
    n?.type === 'call_expression';
  ) {
    const call = file.call(n);
    if (call.name === 'Default') value = call.args[0];
    if (call.name === 'Flag')
      return {
        name: stringOf(call.args[0]),
        value,
        on: n.childForFieldName('function')?.childForFieldName('operand') ?? undefined,
      };
    n = n.childForFieldName('function')?.childForFieldName('operand') ?? null;
  }
  return undefined;
}

function* literalsOf(file: GoFile): Generator<FlagDefinition> {
  if (!file.imports.some((i) => i.path.startsWith('github.com/urfave/cli'))) return;
  for (const literal of file.literals) {
    if (
      !literal.pkg.startsWith('github.com/urfave/cli') ||
      !/^(Bool|Int|Int64|Uint|Float|Float64|String|Duration)Flag$/.test(literal.name)
    )
      continue;
    yield {
      file,
      node: literal.node,
      library: 'urfave/cli',
      name: stringOf(literal.fields.get('Name')?.value),
      target: target(literal.fields.get('Destination')?.value),
      value: literal.fields.get('Value')?.value,
      on: undefined,
      method: literal.name,
    };
  }
}

/** The last `flag.Parse()` or the like in a function; flags are defined ahead of it. */
export function parseCall(func: Node, file: GoFile): Node | undefined {
  return all(func, 'call_expression').find((n) => {
    const call = file.call(n);
    return (
      call.name === 'Parse' &&
      (call.pkg === 'flag' || call.pkg === PFLAG || call.pkg === undefined || KINGPIN.test(call.pkg))
    );
  });
}
