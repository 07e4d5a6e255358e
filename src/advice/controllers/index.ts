/** Reads a package's managers, controllers and worker loops. */
import type { GoPackage } from '../go/package';
import type { Module } from '../modules/types';
import { controllersIn } from './builders';
import { loopsOf } from './loops';
import { managersOf } from './managers';
import { setUpsOf } from './setups';
import type { Controllers } from './types';

/**
 * Managers, controllers and worker loops of all files but tests; set-ups are worked out when a file's are asked for.
 */
export function controllersOf(pkg: GoPackage, module: Module): Controllers {
  const managers = managersOf(pkg).filter((m) => !m.file.isTest);
  const controllers = controllersIn(pkg, managers, module.facts.maxConcurrentReconciles?.value).filter(
    (c) => !c.file.isTest,
  );
  const loops = loopsOf(pkg).filter((l) => !l.file.isTest);
  return {
    managers,
    controllers,
    loops,
    setUps: (file) => setUpsOf(file, { managers, controllers, loops }, pkg, module),
  };
}
