/** What a measurement holds for. */
import { languageOf } from './languages';
import type { Module } from './modules/types';
import { below, dirOf } from './paths';

/**
 * The program that a file belongs to, as a key: the module's path, or in a module of several programs that of the one
 * below cmd/, since what was measured of one says nothing of the others. A manifest configures a program of another
 * module: it is itself the key. '' for a Go file without a module.
 */
export function programOf(module: Pick<Module, 'path' | 'dir'>, file: string): string {
  if (languageOf(file)?.measured !== 'program') return file;
  if (module.path === '') return '';
  const [, program] = /^cmd\/([^/]+)/.exec(below(module.dir, dirOf(file))) ?? [];
  return program === undefined ? module.path : `${module.path}/cmd/${program}`;
}
