/** Edits that set options of controllers and managers. Undefined where they can't be put in safely. */
import type { Controller, Manager } from '../../controllers/types';
import { parametersOf, writesOf } from '../../controllers/locals';
import { CACHE, CONFIG, CONTROLLER } from '../../controllers/names';
import { readOptions } from '../../controllers/options';
import { HAS_PTR, runtimeAtLeast } from '../../controllers/versions';
import { addFields, type NewField } from '../../go/fields';
import type { Func, GoFile } from '../../go/file';
import { importing } from '../../go/imports';
import type { GoPackage } from '../../go/package';
import { indentAt, lineEnd } from '../../text';
import type { Module } from '../../modules/types';
import type { Edit } from '../../types';

/** A value that needs packages: `make` gets the names under which the file knows them, in the order asked. */
export interface Option {
  readonly name: string;
  readonly imports?: readonly string[];
  value(...names: string[]): string;
  /** Digits to type over. */
  readonly stop?: boolean;
}

/**
 * Sets options of a controller: fields of the literal that it has, else `.WithOptions(controller.Options{…})` in the
 * chain.
 */
export function withOptions(c: Controller, options: readonly Option[], shownIn: GoFile): Edit[] | undefined {
  if (c.open) return undefined;
  if (c.read !== undefined) {
    const { literal, file, func, known } = c.read;
    if (literal === undefined || !known) return undefined;
    return placed(fieldsInto(file, func, literal, options), file, shownIn);
  }
  if (c.chainEnd === undefined) return undefined;
  const { file, func } = c;
  const made = valuesOf(file, func, options);
  const controller = nameOf(file, func, CONTROLLER);
  if (made === undefined || controller === undefined) return undefined;
  const { text } = file;
  // On a line of its own where `Complete` has one.
  const gap = /\.[ \t]*(?:\/\/[^\n]*)?\r?\n[ \t]*$/.test(text.slice(0, c.chainEnd))
    ? `${lineEnd(text)}${indentAt(text, c.chainEnd)}`
    : '';
  const type = c.typed === undefined ? `${controller.name}.Options` : `${controller.name}.TypedOptions[${c.typed}]`;
  const head = `WithOptions(${type}{`;
  let body = '';
  const stops: { start: number; end: number }[] = [];
  for (const [i, f] of made.fields.entries()) {
    body += `${i === 0 ? '' : ', '}${f.name}: `;
    for (const s of f.stops ?? [])
      stops.push({ start: head.length + body.length + s.start, end: head.length + body.length + s.end });
    body += f.value;
  }
  return placed(
    [
      ...once([...controller.edits, ...made.edits]),
      { start: c.chainEnd, end: c.chainEnd, text: `${head}${body}}).${gap}`, ...(stops.length > 0 && { stops }) },
    ],
    file,
    shownIn,
  );
}

/**
 * Sets options of a struct within the manager's options: `Controller: config.Controller{…}`, `Cache: cache.Options{…}`.
 */
export function withinManager(
  m: Manager,
  outer: 'Controller' | 'Cache',
  options: readonly Option[],
  shownIn: GoFile,
  pkg: GoPackage,
): Edit[] | undefined {
  const { literal, file, func, known } = m.read;
  if (literal === undefined || !known || [...m.read.fields.keys()].some((k) => k.startsWith(`${outer}.`)))
    return undefined;
  const there = m.read.fields.get(outer);
  if (there !== undefined) {
    const inner = readOptions(there.value, there.file, pkg);
    return inner.literal === undefined || !inner.known
      ? undefined
      : placed(fieldsInto(inner.file, inner.func, inner.literal, options), inner.file, shownIn);
  }
  const made = valuesOf(file, func, options);
  const path = outer === 'Controller' ? CONFIG : CACHE;
  const named = nameOf(file, func, path);
  if (made === undefined || named === undefined) return undefined;
  const value = `${named.name}.${outer === 'Controller' ? 'Controller' : 'Options'}{${made.fields.map((f) => `${f.name}: ${f.value}`).join(', ')}}`;
  const digits = options.length === 1 && options[0]?.stop === true ? /\d+/.exec(value) : null;
  const edits = addFields(file, literal, [
    {
      name: outer,
      value,
      ...(digits !== null && { stops: [{ start: digits.index, end: digits.index + digits[0].length }] }),
    },
  ]);
  return edits === undefined ? undefined : placed([...once([...named.edits, ...made.edits]), ...edits], file, shownIn);
}

/** `&true` in the way of this version's own dependencies; undefined where none of them has one. */
export function pointerTo(value: boolean, file: GoFile, module: Module): Pick<Option, 'imports' | 'value'> | undefined {
  if (file.nameFor('k8s.io/utils/ptr') !== undefined)
    return { imports: ['k8s.io/utils/ptr'], value: (ptr) => `${ptr ?? ''}.To(${value})` };
  if (file.nameFor('k8s.io/utils/pointer') !== undefined)
    return { imports: ['k8s.io/utils/pointer'], value: (ptr) => `${ptr ?? ''}.Bool(${value})` };
  const modern = runtimeAtLeast(module, HAS_PTR);
  if (modern === undefined) return undefined;
  return modern
    ? { imports: ['k8s.io/utils/ptr'], value: (ptr) => `${ptr ?? ''}.To(${value})` }
    : { imports: ['k8s.io/utils/pointer'], value: (ptr) => `${ptr ?? ''}.Bool(${value})` };
}

/** The name of a package at a place, unless a variable hides it there. */
export function nameOf(
  file: GoFile,
  func: Func | undefined,
  path: string,
): { name: string; edits: readonly Edit[] } | undefined {
  const imported = importing(file, path);
  if (
    func !== undefined &&
    (writesOf(func, imported.name).length > 0 || parametersOf(func).some((p) => p.name === imported.name))
  )
    return undefined;
  return imported;
}

function fieldsInto(
  file: GoFile,
  func: Func | undefined,
  literal: Parameters<typeof addFields>[1],
  options: readonly Option[],
): Edit[] | undefined {
  const made = valuesOf(file, func, options);
  const edits = made === undefined ? undefined : addFields(file, literal, made.fields);
  return edits === undefined || made === undefined ? undefined : [...once(made.edits), ...edits];
}

function valuesOf(
  file: GoFile,
  func: Func | undefined,
  options: readonly Option[],
): { fields: NewField[]; edits: Edit[] } | undefined {
  if (file.generated) return undefined;
  const edits: Edit[] = [];
  const fields: NewField[] = [];
  for (const o of options) {
    const names: string[] = [];
    for (const path of o.imports ?? []) {
      const named = nameOf(file, func, path);
      if (named === undefined) return undefined;
      names.push(named.name);
      edits.push(...named.edits);
    }
    const value = o.value(...names);
    const digits = o.stop === true ? /\d+/.exec(value) : null;
    fields.push({
      name: o.name,
      value,
      ...(digits !== null && { stops: [{ start: digits.index, end: digits.index + digits[0].length }] }),
    });
  }
  return { fields, edits };
}

/** Two values may want the same package. */
function once(edits: readonly Edit[]): Edit[] {
  return edits.filter((e, i) => edits.findIndex((o) => o.start === e.start && o.text === e.text) === i);
}

export function placed(edits: readonly Edit[] | undefined, file: GoFile, shownIn: GoFile): Edit[] | undefined {
  return edits === undefined || file.generated
    ? undefined
    : file === shownIn
      ? [...edits]
      : edits.map((e) => ({ ...e, file: file.path }));
}
